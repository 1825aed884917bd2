//! Bytes in the data folder under their SHA-256: what a row names lies there whole, or the row is not there.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::hash::sha256;

/// A folder of files.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// The files of a data folder; they lie outside of everything that is served.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("files") }
    }

    /// Keeps some bytes and says their SHA-256. They are on disk when this is over: written under another name, synced,
    /// and only then named. The same bytes lie there once.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String> {
        let folder = self.folder.clone();
        blocking(move || write(&folder, &bytes)).await
    }

    /// The bytes of a SHA-256.
    ///
    /// # Errors
    /// When they are not there, or no longer what they were.
    pub async fn get(&self, hash: &str) -> Result<Vec<u8>> {
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::new(ErrorKind::InvalidInput, "no SHA-256"));
        }
        let (path, hash) = (self.folder.join(hash), hash.to_owned());
        blocking(move || {
            let bytes = fs::read(path)?;
            if sha256(&bytes) == hash {
                return Ok(bytes);
            }
            Err(Error::new(ErrorKind::InvalidData, format!("the file {hash} was changed on disk")))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::other)?
}

fn write(folder: &Path, bytes: &[u8]) -> Result<String> {
    fs::create_dir_all(folder)?;
    let hash = sha256(bytes);
    let started = folder.join(format!(".{}.part", uuid::Uuid::now_v7().simple()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&started)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&started, folder.join(&hash))?;
        // The name, too, has to outlive a power cut.
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // The half-written file says nothing to anybody; that it stays is no second error.
        let _ = fs::remove_file(&started);
    }
    written.map(|()| hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_lie_under_their_hash_once_and_what_was_changed_is_not_handed_out() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let hash = files.put(b"abc".to_vec()).await.unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(files.put(b"abc".to_vec()).await.unwrap(), hash);
        assert_eq!(files.get(&hash).await.unwrap(), b"abc");
        assert_eq!(fs::read_dir(data.path().join("files")).unwrap().count(), 1, "nothing half-written is left");
        fs::write(data.path().join("files").join(&hash), b"abd").unwrap();
        assert_eq!(files.get(&hash).await.unwrap_err().kind(), ErrorKind::InvalidData);
        for odd in ["", "../toantrinh.db", &"z".repeat(64)] {
            assert_eq!(files.get(odd).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{odd}");
        }
    }
}
