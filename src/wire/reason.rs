//! Reason of a failure, where class, operation, error number and ICMP message do not determine it.

/// Reason of a failure. It selects the explanation; the words of the message never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// The kernel connected our socket to itself (RFC 9293 §3.5, simultaneous open).
    SelfConnected,
    /// The kernel did not carry out `connect()`: it failed at once, and no SYN was sent.
    ConnectNotBegun,
    /// The next hop did not answer ARP or NDP: the SYN waited in this machine, and never left.
    NoNeighbour,
    /// The peer's FIN came, and later a RST: usually the answer to what we sent to a socket that was gone.
    ResetAfterFin,
    /// TCP_USER_TIMEOUT ran out, with bytes unacknowledged or probes unanswered.
    UserTimeout,
    /// All keepalive probes went unanswered.
    KeepaliveTimeout,
    /// A server answered NXDOMAIN.
    DnsNoSuchName,
    /// A server answered NODATA: the name exists, a record of this type does not (RFC 2308 §2.2).
    DnsNoSuchRecord,
    /// A server's answer has an alias, and no record of the type that was asked for.
    DnsAliasAlone,
    /// A server's answer has records, but none of what was asked for.
    DnsOtherRecords,
    /// A server answered SERVFAIL.
    DnsServerFailure,
    /// A server answered REFUSED.
    DnsRefused,
    /// A server answered NOTIMP.
    DnsNotImplemented,
    /// A server answered FORMERR.
    DnsFormatError,
    /// Nothing listens on the server's port.
    DnsPortClosed,
    /// The server answered by UDP, cut short, and refuses TCP.
    DnsTcpRefused,
    /// The server reset the connection.
    DnsConnectionReset,
    /// The server closed the connection without an answer.
    DnsConnectionClosed,
    /// The server did not answer in time.
    DnsNoAnswer,
    /// The system's resolver: there is no such name (EAI_NONAME).
    NoSuchName,
    /// The system's resolver: the name exists but has no address (EAI_NODATA).
    NoAddress,
    /// The system's resolver: no name server answered (EAI_AGAIN), or not before our timeout.
    NameServerSilent,
    /// The system's resolver: the name server refused (EAI_FAIL).
    NameServerRefused,
    /// The name has addresses, but none of the requested family.
    NoAddressOfFamily,
    /// This host has no network interface with the zone's name.
    NoSuchInterface,
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// No authority that this machine trusts signed the certificate.
    CertificateUnknownIssuer,
    /// The certificate is for another name.
    CertificateWrongName,
    /// The certificate was revoked.
    CertificateRevoked,
    /// The certificate's signature is wrong.
    CertificateBadSignature,
    /// The certificate was rejected for another reason.
    CertificateRejected,
    /// The peer ended the handshake with an alert.
    TlsAlert,
    /// The peer's bytes are not TLS.
    TlsNotSpoken,
    /// No common TLS version or cipher.
    TlsNothingInCommon,
    /// The peer chose none of the HTTP versions offered (ALPN).
    TlsNoHttpVersion,
    /// The peer closed the connection in the middle of the handshake.
    TlsCutOff,
    /// The response's head exceeds our limit.
    HeadTooLarge,
    /// The response's head is not HTTP.
    NotHttp,
    /// Where the response ends cannot be known: its length or a chunk's size makes no sense.
    MessageEndUnknown,
    /// The peer sent bytes before any request.
    PeerSpokeFirst,
    /// The peer closed the connection before a byte of its response.
    ClosedWithoutResponse,
    /// The peer closed the connection before its response was complete.
    ResponseCutOff,
    /// The body is not valid in its content coding, or the coding is unknown.
    BadContentCoding,
    /// The whole exchange exceeded its time limit.
    ExchangeTooLong,
    /// No datagram was sent or received within the time limit.
    NothingMoved,
    /// The data to send was not sent completely.
    NotSent,
    /// Fewer answers were received than were asked for.
    AnswersMissing,
    /// A datagram from another address than the peer's was refused.
    ForeignSender,
    /// A multicast group was joined by a socket that is bound to a unicast address: none of its datagrams can arrive.
    GroupOutOfReach,
    /// 401, 403 or 407: not authenticated, or not allowed.
    StatusDenied,
    /// 404 or 410.
    StatusNotFound,
    /// 400, 405, 406, 411, 413, 415 or 422: the server rejected the request itself.
    StatusBadRequest,
    /// 408 or 429.
    StatusTryLater,
    /// 502, 503 or 504: a server behind the server failed.
    StatusGateway,
    /// Any other 5xx.
    StatusServerError,
    /// No port of a range is open.
    NoPortOpen,
    /// There is no socket file at that path.
    UnixNoFile,
    /// Datagrams of a repeated run were answered with ICMP port unreachable.
    DatagramsRefused,
    /// No datagram of a repeated run was answered.
    DatagramsUnanswered,
    /// A directory of our path does not exist.
    UnixNoDirectory,
    /// The file at that path is no socket.
    UnixNotASocket,
    /// No process has the socket, or none that listens: its file was left behind.
    UnixNobodyListens,
    /// The file or a directory on the way to it may not be used by us.
    UnixAccessDenied,
    /// The socket there is of the other form (EPROTOTYPE).
    UnixWrongForm,
    /// The listener's queue of connections stayed full.
    UnixQueueFull,
    /// The socket there is connected to another one (EPERM).
    UnixTakenByPeer,
    /// The peer closed with bytes unread, or its listener before it accepted us (ECONNRESET).
    UnixClosedUnread,
    /// The datagram does not fit into the buffer for sending.
    UnixDatagramTooLong,
    /// The peer closed, or reads no more (EPIPE).
    UnixPeerClosed,
    /// Another socket is bound to our path or name.
    UnixPathInUse,
    /// At our path there is the file of a socket that no process has.
    UnixPathStale,
}

impl FailureReason {
    /// Every reason.
    pub const ALL: &[FailureReason] = &[
        FailureReason::SelfConnected,
        FailureReason::ConnectNotBegun,
        FailureReason::NoNeighbour,
        FailureReason::ResetAfterFin,
        FailureReason::UserTimeout,
        FailureReason::KeepaliveTimeout,
        FailureReason::DnsNoSuchName,
        FailureReason::DnsNoSuchRecord,
        FailureReason::DnsAliasAlone,
        FailureReason::DnsOtherRecords,
        FailureReason::DnsServerFailure,
        FailureReason::DnsRefused,
        FailureReason::DnsNotImplemented,
        FailureReason::DnsFormatError,
        FailureReason::DnsPortClosed,
        FailureReason::DnsTcpRefused,
        FailureReason::DnsConnectionReset,
        FailureReason::DnsConnectionClosed,
        FailureReason::DnsNoAnswer,
        FailureReason::NoSuchName,
        FailureReason::NoAddress,
        FailureReason::NameServerSilent,
        FailureReason::NameServerRefused,
        FailureReason::NoAddressOfFamily,
        FailureReason::NoSuchInterface,
        FailureReason::CertificateExpired,
        FailureReason::CertificateNotYetValid,
        FailureReason::CertificateUnknownIssuer,
        FailureReason::CertificateWrongName,
        FailureReason::CertificateRevoked,
        FailureReason::CertificateBadSignature,
        FailureReason::CertificateRejected,
        FailureReason::TlsAlert,
        FailureReason::TlsNotSpoken,
        FailureReason::TlsNothingInCommon,
        FailureReason::TlsNoHttpVersion,
        FailureReason::TlsCutOff,
        FailureReason::HeadTooLarge,
        FailureReason::NotHttp,
        FailureReason::MessageEndUnknown,
        FailureReason::PeerSpokeFirst,
        FailureReason::ClosedWithoutResponse,
        FailureReason::ResponseCutOff,
        FailureReason::BadContentCoding,
        FailureReason::ExchangeTooLong,
        FailureReason::NothingMoved,
        FailureReason::NotSent,
        FailureReason::AnswersMissing,
        FailureReason::ForeignSender,
        FailureReason::GroupOutOfReach,
        FailureReason::StatusDenied,
        FailureReason::StatusNotFound,
        FailureReason::StatusBadRequest,
        FailureReason::StatusTryLater,
        FailureReason::StatusGateway,
        FailureReason::StatusServerError,
        FailureReason::NoPortOpen,
        FailureReason::UnixNoFile,
        FailureReason::DatagramsRefused,
        FailureReason::DatagramsUnanswered,
        FailureReason::UnixNoDirectory,
        FailureReason::UnixNotASocket,
        FailureReason::UnixNobodyListens,
        FailureReason::UnixAccessDenied,
        FailureReason::UnixWrongForm,
        FailureReason::UnixQueueFull,
        FailureReason::UnixTakenByPeer,
        FailureReason::UnixClosedUnread,
        FailureReason::UnixDatagramTooLong,
        FailureReason::UnixPeerClosed,
        FailureReason::UnixPathInUse,
        FailureReason::UnixPathStale,
    ];

    /// The name in `assets/explain.toml`: `certificate_expired`.
    pub fn name(self) -> &'static str {
        match self {
            FailureReason::SelfConnected => "self_connected",
            FailureReason::ConnectNotBegun => "connect_not_begun",
            FailureReason::NoNeighbour => "no_neighbour",
            FailureReason::ResetAfterFin => "reset_after_fin",
            FailureReason::UserTimeout => "user_timeout",
            FailureReason::KeepaliveTimeout => "keepalive_timeout",
            FailureReason::DnsNoSuchName => "dns_no_such_name",
            FailureReason::DnsNoSuchRecord => "dns_no_such_record",
            FailureReason::DnsAliasAlone => "dns_alias_alone",
            FailureReason::DnsOtherRecords => "dns_other_records",
            FailureReason::DnsServerFailure => "dns_server_failure",
            FailureReason::DnsRefused => "dns_refused",
            FailureReason::DnsNotImplemented => "dns_not_implemented",
            FailureReason::DnsFormatError => "dns_format_error",
            FailureReason::DnsPortClosed => "dns_port_closed",
            FailureReason::DnsTcpRefused => "dns_tcp_refused",
            FailureReason::DnsConnectionReset => "dns_connection_reset",
            FailureReason::DnsConnectionClosed => "dns_connection_closed",
            FailureReason::DnsNoAnswer => "dns_no_answer",
            FailureReason::NoSuchName => "no_such_name",
            FailureReason::NoAddress => "no_address",
            FailureReason::NameServerSilent => "name_server_silent",
            FailureReason::NameServerRefused => "name_server_refused",
            FailureReason::NoAddressOfFamily => "no_address_of_family",
            FailureReason::NoSuchInterface => "no_such_interface",
            FailureReason::CertificateExpired => "certificate_expired",
            FailureReason::CertificateNotYetValid => "certificate_not_yet_valid",
            FailureReason::CertificateUnknownIssuer => "certificate_unknown_issuer",
            FailureReason::CertificateWrongName => "certificate_wrong_name",
            FailureReason::CertificateRevoked => "certificate_revoked",
            FailureReason::CertificateBadSignature => "certificate_bad_signature",
            FailureReason::CertificateRejected => "certificate_rejected",
            FailureReason::TlsAlert => "tls_alert",
            FailureReason::TlsNotSpoken => "tls_not_spoken",
            FailureReason::TlsNothingInCommon => "tls_nothing_in_common",
            FailureReason::TlsNoHttpVersion => "tls_no_http_version",
            FailureReason::TlsCutOff => "tls_cut_off",
            FailureReason::HeadTooLarge => "head_too_large",
            FailureReason::NotHttp => "not_http",
            FailureReason::MessageEndUnknown => "message_end_unknown",
            FailureReason::PeerSpokeFirst => "peer_spoke_first",
            FailureReason::ClosedWithoutResponse => "closed_without_response",
            FailureReason::ResponseCutOff => "response_cut_off",
            FailureReason::BadContentCoding => "bad_content_coding",
            FailureReason::ExchangeTooLong => "exchange_too_long",
            FailureReason::NothingMoved => "nothing_moved",
            FailureReason::NotSent => "not_sent",
            FailureReason::AnswersMissing => "answers_missing",
            FailureReason::ForeignSender => "foreign_sender",
            FailureReason::GroupOutOfReach => "group_out_of_reach",
            FailureReason::StatusDenied => "status_denied",
            FailureReason::StatusNotFound => "status_not_found",
            FailureReason::StatusBadRequest => "status_bad_request",
            FailureReason::StatusTryLater => "status_try_later",
            FailureReason::StatusGateway => "status_gateway",
            FailureReason::StatusServerError => "status_server_error",
            FailureReason::NoPortOpen => "no_port_open",
            FailureReason::UnixNoFile => "unix_no_file",
            FailureReason::DatagramsRefused => "datagrams_refused",
            FailureReason::DatagramsUnanswered => "datagrams_unanswered",
            FailureReason::UnixNoDirectory => "unix_no_directory",
            FailureReason::UnixNotASocket => "unix_not_a_socket",
            FailureReason::UnixNobodyListens => "unix_nobody_listens",
            FailureReason::UnixAccessDenied => "unix_access_denied",
            FailureReason::UnixWrongForm => "unix_wrong_form",
            FailureReason::UnixQueueFull => "unix_queue_full",
            FailureReason::UnixTakenByPeer => "unix_taken_by_peer",
            FailureReason::UnixClosedUnread => "unix_closed_unread",
            FailureReason::UnixDatagramTooLong => "unix_datagram_too_long",
            FailureReason::UnixPeerClosed => "unix_peer_closed",
            FailureReason::UnixPathInUse => "unix_path_in_use",
            FailureReason::UnixPathStale => "unix_path_stale",
        }
    }

    /// Parses a name; `None`: there is no such reason.
    pub fn parse(name: &str) -> Option<Self> {
        FailureReason::ALL.iter().copied().find(|reason| reason.name() == name)
    }

    /// Whether something that was to be sent was not sent, or not completely.
    pub fn means_not_sent(self) -> bool {
        matches!(self, FailureReason::NotSent | FailureReason::UnixDatagramTooLong)
    }

    /// The reason for an HTTP status (RFC 9110 §15.5, §15.6); `None`: no more specific than its class.
    pub fn of_status(status: u16) -> Option<Self> {
        match status {
            401 | 403 | 407 => Some(FailureReason::StatusDenied),
            404 | 410 => Some(FailureReason::StatusNotFound),
            400 | 405 | 406 | 411 | 413 | 415 | 422 => Some(FailureReason::StatusBadRequest),
            408 | 429 => Some(FailureReason::StatusTryLater),
            502..=504 => Some(FailureReason::StatusGateway),
            500..=599 => Some(FailureReason::StatusServerError),
            _ => None,
        }
    }

    /// The reason for a DNS response code (RFC 1035 §4.1.1); 0 is an answer without the requested record.
    pub fn of_rcode(rcode: u16) -> Option<Self> {
        match rcode {
            0 => Some(FailureReason::DnsNoSuchRecord),
            1 => Some(FailureReason::DnsFormatError),
            2 => Some(FailureReason::DnsServerFailure),
            3 => Some(FailureReason::DnsNoSuchName),
            4 => Some(FailureReason::DnsNotImplemented),
            5 => Some(FailureReason::DnsRefused),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_read_back_by_its_name() {
        for reason in FailureReason::ALL {
            assert_eq!(FailureReason::parse(reason.name()), Some(*reason));
        }
        assert_eq!(FailureReason::parse("odd"), None);
    }
}
