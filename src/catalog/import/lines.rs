//! Cuts an input file into records: JSON lines, plain or gzip, or one JSON document.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

/// A longer line is refused: the longest record of the national catalog has 180 kB.
pub const MAX_LINE_BYTES: usize = 16 << 20;

/// Why the input cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, or it may not be read.
    #[error("cannot open {0}")]
    Open(PathBuf, #[source] io::Error),
    /// A folder was named.
    #[error("{0} is a folder: name a .jsonl, .jsonl.gz or .json file")]
    Folder(PathBuf),
}

/// What the next step through the input gave.
#[derive(Debug)]
pub enum Piece {
    /// A record's bytes.
    Record(Vec<u8>),
    /// A line that is too long; it was passed over, its beginning is kept.
    TooLong(Vec<u8>),
    /// The input broke off: a truncated gzip stream or a failing disk. Nothing follows.
    Broken(io::Error),
}

/// The records of one input, with their line numbers.
pub struct Lines {
    reader: Box<dyn BufRead + Send>,
    line: u64,
    whole: bool,
    ended: bool,
    /// Bytes of the file itself, packed or not.
    pub total_bytes: u64,
    read_bytes: Arc<AtomicU64>,
}

/// Counts what is read from the file, for the progress bar.
struct Counting<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Lines {
    /// Opens a file; gzip is recognised by its first bytes, a `.json` file is one record.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let open_error = |e| OpenError::Open(path.to_owned(), e);
        if path.is_dir() {
            return Err(OpenError::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(open_error)?;
        let total_bytes = file.metadata().map_err(open_error)?.len();
        let read_bytes = Arc::new(AtomicU64::new(0));
        let mut reader = BufReader::with_capacity(1 << 16, Counting { inner: file, count: Arc::clone(&read_bytes) });
        let packed = reader.fill_buf().map_err(open_error)?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead + Send> = if packed {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)))
        } else {
            Box::new(reader)
        };
        let whole = path.extension().is_some_and(|e| e == "json");
        Ok(Self { reader, line: 0, whole, ended: false, total_bytes, read_bytes })
    }

    /// The records of a text in memory.
    #[must_use]
    pub fn of_text(text: &'static [u8]) -> Self {
        let total_bytes = text.len() as u64;
        Self { reader: Box::new(text), line: 0, whole: false, ended: false, total_bytes, read_bytes: Arc::default() }
    }

    /// Bytes read from the file so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    fn next_piece(&mut self) -> Option<Piece> {
        let limit = if self.whole { 64 * MAX_LINE_BYTES } else { MAX_LINE_BYTES };
        let mut bytes = Vec::new();
        let result = if self.whole {
            self.reader.by_ref().take(limit as u64 + 1).read_to_end(&mut bytes)
        } else {
            self.reader.by_ref().take(limit as u64 + 1).read_until(b'\n', &mut bytes)
        };
        if let Err(error) = result {
            self.ended = true;
            return Some(Piece::Broken(error));
        }
        if bytes.is_empty() {
            self.ended = true;
            return None;
        }
        if bytes.len() > limit {
            if let Err(error) = skip_line(&mut self.reader) {
                self.ended = true;
                return Some(Piece::Broken(error));
            }
            bytes.truncate(4096);
            return Some(Piece::TooLong(bytes));
        }
        while bytes.last().is_some_and(u8::is_ascii_whitespace) {
            bytes.pop();
        }
        Some(Piece::Record(bytes))
    }
}

/// Reads on to the end of the line without keeping it.
fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|&b| b == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

impl Iterator for Lines {
    type Item = (u64, Piece);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.ended {
                return None;
            }
            self.line += 1;
            match self.next_piece()? {
                Piece::Record(bytes) if bytes.is_empty() => {}
                piece => return Some((self.line, piece)),
            }
        }
    }
}
