//! The colour of a count.

use crate::files::theme::Role;

/// The role of a count: zero is quiet, whatever it counts.
pub(super) fn count_role(count: u64, role: Role) -> Role {
    if count > 0 { role } else { Role::Dim }
}
