//! Where curl's options write the body: `-o`, `-O`, `-C`, and what of it (`-i`, `-I`, `-f`).

use std::path::PathBuf;

use crate::text::sanitize::quoted;

/// How the body is written without a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyOutput {
    /// Whether the head of the answer is printed before its body (`-i`, `-I`).
    pub prints_head: bool,
    /// Whether nothing is written of the body of a 4xx or 5xx (`-f`).
    pub drops_failed: bool,
    /// The file that takes the place of standard output.
    pub file: Option<OutputFile>,
    /// From where on an earlier transfer is continued (`-C`).
    pub resume: Option<ResumePoint>,
}

/// The file of `-o` or `-O`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The option that named it.
    pub named: &'static str,
    /// Its path.
    pub path: PathBuf,
    /// Whether missing folders are created (`--create-dirs`).
    pub creates_folders: bool,
    /// Whether a file that is there stays, and the new one gets a number behind its name (`--no-clobber`).
    pub keeps_existing: bool,
}

/// From where on an earlier transfer is continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumePoint {
    /// From this byte on.
    Offset(u64),
    /// From the end of the file that is there (`-C -`).
    FileEnd,
}

impl BodyOutput {
    /// What is said if no file is written; the reason is the rest of a sentence.
    pub fn without_file(&self, why: &str) -> Option<String> {
        self.file.as_ref().map(|file| format!("{} has no effect here: {why}", file.named))
    }
}

/// The options so far.
#[derive(Debug, Default)]
pub(super) struct OutputOptions {
    pub(super) file: Option<String>,
    pub(super) remote_name: bool,
    pub(super) folder: Option<PathBuf>,
    pub(super) creates_folders: bool,
    pub(super) keeps_existing: bool,
    pub(super) include: bool,
    pub(super) fails: bool,
    pub(super) drops_failed: bool,
    pub(super) resume: Option<ResumePoint>,
}

impl OutputOptions {
    /// `-o FILE`.
    pub(super) fn set_file(&mut self, path: String) -> Result<(), String> {
        match self.file.replace(path) {
            None => Ok(()),
            Some(_) => Err("-o is given twice; accepted: one file, as there is one URL".to_owned()),
        }
    }

    /// The output of the answer from this path of a URL, as it was typed.
    pub(super) fn finish(&mut self, url_path: &str, is_head: bool) -> Result<BodyOutput, String> {
        let (named, path) = match self.file.take() {
            Some(path) if path == "-" => ("-o", None),
            Some(path) if path.is_empty() => return Err("-o \"\" names no file; accepted: -o FILE, or -o -".to_owned()),
            Some(path) => ("-o", Some(PathBuf::from(path))),
            None if self.remote_name => ("-O", Some(PathBuf::from(name_in(url_path)?))),
            None => ("", None),
        };
        let path = path.map(|path| self.folder.take().map_or(path.clone(), |folder| folder.join(path)));
        if self.resume == Some(ResumePoint::FileEnd) && path.is_none() {
            return Err("-C - continues the file of -o or -O; accepted: -C - -o FILE, or -C OFFSET".to_owned());
        }
        let (creates_folders, keeps_existing) = (self.creates_folders, self.keeps_existing);
        Ok(BodyOutput {
            prints_head: self.include || is_head,
            drops_failed: self.drops_failed,
            file: path.map(|path| OutputFile { named, path, creates_folders, keeps_existing }),
            resume: self.resume,
        })
    }
}

/// `-C`: an offset, or `-`.
pub(super) fn resume_point(named: &str, text: &str) -> Result<ResumePoint, String> {
    if text == "-" {
        return Ok(ResumePoint::FileEnd);
    }
    text.parse().map(ResumePoint::Offset).map_err(|_| {
        format!("{named} {} is no place in a file; accepted: {named} OFFSET, or {named} - with -o", quoted(text))
    })
}

/// The name behind the last slash of a URL's path, as `-O` takes it: not decoded.
fn name_in(url_path: &str) -> Result<&str, String> {
    let path = url_path.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    if matches!(name, "" | "." | "..") {
        return Err("-O takes the file's name from the URL, which ends without one; accepted: -o FILE".to_owned());
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_download_is_the_last_one_of_the_path() {
        for (path, name) in [("/a/b.txt?c=/d", "b.txt"), ("/a%20b", "a%20b"), ("/x#y/z", "x")] {
            assert_eq!(name_in(path), Ok(name));
        }
        for path in ["", "/", "/a/", "/?x", "/a/..", "/."] {
            assert!(name_in(path).is_err(), "{path}");
        }
    }
}
