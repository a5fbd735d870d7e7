//! Tunes how the allocator treats large blocks.

/// Blocks of at least this size get their own pages, which return to the system when the block is freed. Almost only
/// read buffers are this large.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_PAGES: i32 = 256 * 1024;

/// Makes the allocator give large blocks their own pages.
///
/// glibc raises its threshold when the first large block is freed. From then on, the buffers of a flood lie between
/// small blocks in several heaps, and their memory stays with the process when they are freed: tens of MiB more than is
/// retained. Must be called before the first thread starts. Does nothing with other allocators.
pub fn configure_allocator() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    set_mmap_threshold();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate offers mallopt")]
fn set_mmap_threshold() {
    // SAFETY: mallopt takes two numbers, and no other thread allocates yet. If it fails, nothing changes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_PAGES);
    }
}
