//! Raw payloads, packed as they are kept.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// No payload that is kept unpacks to more, bytes.
const MAX_BYTES: u64 = 1 << 30;

/// Packs bytes with gzip, fast rather than small.
#[must_use]
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The bytes that were packed.
///
/// # Errors
/// When the packed bytes are damaged.
pub fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
