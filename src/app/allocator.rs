//! How the allocator is to treat large blocks.

/// From this size on a block gets pages of its own, which go back to the system when it is freed: read buffers, and
/// little else.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_PAGES: i32 = 256 * 1024;

/// Asks the allocator to give large blocks pages of their own.
///
/// glibc raises its threshold when the first large block is freed; from then on a flood's buffers lie between small
/// blocks in several heaps, and what is freed there stays with the process: tens of MiB beyond what is retained. To be
/// called before the first thread starts. Other allocators are left as they are.
pub fn configure_allocator() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    set_mmap_threshold();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate offers mallopt")]
fn set_mmap_threshold() {
    // SAFETY: mallopt takes two numbers, and no other thread allocates yet. Where it refuses, all stays as it was.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_PAGES);
    }
}
