//! Commands that are none of ours: each is named as such, with what is nearest to it here.

/// What is accepted in place of a command; `None`: it is no command that is known by name.
pub(super) fn instead(command: &str) -> Option<&'static str> {
    Some(match command {
        "ping" | "ping6" | "traceroute" | "tracepath" | "mtr" | "hping3" | "fping" => {
            "tcp HOST:PORT, whose ladder and why show the way"
        }
        "ssh" | "scp" | "sftp" | "rsync" | "mosh" => "tcp HOST:22, which shows the banner",
        "wget" | "xh" | "aria2c" | "httpx" | "lynx" | "links" | "w3m" => "http URL, or a curl line",
        "iwr" | "irm" | "Invoke-WebRequest" | "Invoke-RestMethod" => {
            "http URL, or a curl line in the form for bash or cmd"
        }
        "ftp" | "lftp" => "tcp HOST:21",
        "redis-cli" => "tcp HOST:6379",
        "mysql" | "psql" | "mongo" | "mongosh" | "swaks" | "mail" | "iperf" | "iperf3" => "tcp HOST:PORT",
        "nslookup" | "host" | "drill" | "kdig" | "resolvectl" | "whois" => "dns NAME [TYPE], or a dig line",
        "nmap" | "masscan" => "tcp HOST:PORT, one port",
        "websocat" | "wscat" | "ws" | "wss" => "http URL; WebSocket is not spoken here yet",
        "tls" | "gnutls-cli" | "openssl" => {
            "https://HOST:PORT, or tcp HOST:PORT without TLS; TLS alone is not spoken here yet"
        }
        "grpcurl" => "http --http2 URL",
        "tcpdump" | "tshark" | "ngrep" | "ss" | "netstat" | "lsof" | "ip" | "ifconfig" | "arp" | "route" => {
            "tcp HOST:PORT, whose views show segments and the kernel's state"
        }
        "lab" | "learn" | "play" | "export" | "relay" | "completions" | "man" => "sockeye, in a shell",
        "cat" | "ls" | "rm" | "cd" | "git" | "docker" | "kubectl" | "python" | "python3" | "node" | "perl" | "ruby"
        | "bash" | "sh" | "zsh" | "powershell" | "echo" | "printf" | "apt" | "apt-get" | "npm" | "pip"
        | "systemctl" => "HOST:PORT, a URL, or a curl, nc, socat, telnet, dig or listen line",
        _ => return None,
    })
}
