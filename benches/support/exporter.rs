//! Debian's `prometheus-blackbox-exporter` as a process beside a benchmark, and what processes take.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

/// A process that is ended with this one.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the exporter with a module that asks for status 200 and a body of a pattern, as the other side does, and gives
/// its address; `None`, said aloud, where it is not installed.
pub fn exporter(folder: &Path, pattern: &str) -> anyhow::Result<Option<(Ended, String)>> {
    let file = folder.join("blackbox.yml");
    let module = format!(
        "modules:\n  page:\n    prober: http\n    timeout: 10s\n    http:\n      valid_status_codes: [200]\n      \
         preferred_ip_protocol: ip4\n      fail_if_body_not_matches_regexp: ['{pattern}']\n"
    );
    std::fs::write(&file, module)?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let started = Command::new("prometheus-blackbox-exporter")
        .arg(format!("--config.file={}", file.display()))
        .arg(format!("--web.listen-address={address}"))
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else {
        println!("SKIPPED beside the exporter: prometheus-blackbox-exporter is not installed");
        return Ok(None);
    };
    let child = Ended(child);
    let until = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(&address).is_err() {
        ensure!(Instant::now() < until, "the exporter does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Some((child, address)))
}

/// User and system time of a process, hundredths of a second as Linux counts them.
pub fn cpu_seconds(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat"))?;
    let fields: Vec<&str> = stat.rsplit_once(") ").context("a process's times")?.1.split(' ').collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}
