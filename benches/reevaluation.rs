//! What judging everything again costs: the national catalog, and 10,000 procedures with claims in 34 units each.
//!
//! Each part runs in a process of its own, so that the peak memory of an evaluation is its own. On SQLite always, on
//! PostgreSQL when `TEST_POSTGRES_URL` is set. It fails when an evaluation needs more than 500 MB.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use toantrinh::assessment::actions::{Evaluated, catch_up, evaluate_all};
use toantrinh::assessment::model::{Claim, EvidenceKind, Point, PointValue};
use toantrinh::assessment::store::{self, VolumeRow};
use toantrinh::assessment::volumes;
use toantrinh::catalog::import::actions::{Options, import};
use toantrinh::catalog::import::lines::Lines;
use toantrinh::catalog::units;
use toantrinh::platform::db::Db;

const PROCEDURES: u32 = 10_000;
const UNITS: u32 = 34;
/// 24 November 2026, 09:00 in Vietnam.
const NOW: Timestamp = Timestamp::constant(1_795_485_600, 0);
/// An hour later, so that a verdict that is written again would show.
const LATER: Timestamp = Timestamp::constant(1_795_489_200, 0);
/// The most memory that an evaluation may take, MB.
const MEMORY_LIMIT: u64 = 500;
/// Working days that procedures take.
const DAYS: [u32; 4] = [5, 7, 10, 15];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fill", url, source] => runtime.block_on(fill(url, source)),
        ["evaluate", url] => runtime.block_on(evaluate(url)),
        _ => runtime.block_on(everything()),
    }
}

/// Fills a database and evaluates it, for each database and each catalog, every part in a process of its own.
async fn everything() -> anyhow::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/procedures.jsonl.gz");
    let mut catalogs = Vec::new();
    if corpus.exists() {
        catalogs.push(("national catalog", corpus.display().to_string()));
    } else {
        println!("SKIPPED on real data: procedures.jsonl.gz is not beside the project");
    }
    catalogs.push(("10,000 procedures x 34 units", "synthetic".to_owned()));
    let folder = tempfile::tempdir()?;
    for (name, source) in &catalogs {
        for url in databases(&folder.path().join(name)).await? {
            println!("{name}, {}", url.split(':').next().unwrap_or_default());
            part(&["fill", &url, source])?;
            part(&["evaluate", &url])?;
        }
    }
    Ok(())
}

/// Addresses of empty databases; PostgreSQL only where a server was given.
async fn databases(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut all = vec![format!("sqlite:{}", folder.join("b.db").display())];
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
            let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await?;
            sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await?;
            pool.close().await;
            all.push(format!("{server}/{name}"));
        }
        Err(_) => println!("SKIPPED on PostgreSQL: TEST_POSTGRES_URL is not set; tests/bench/assessment sets it"),
    }
    Ok(all)
}

fn part(arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(std::env::current_exe()?).args(arguments).status()?;
    ensure!(status.success(), "{} failed", arguments[0]);
    Ok(())
}

/// Imports a file, or makes the synthetic catalog with its claims.
async fn fill(url: &str, source: &str) -> anyhow::Result<()> {
    let db = Db::open(url).await?;
    db.migrate().await?;
    let started = Instant::now();
    units::import(&db, &provinces()).await?;
    let options = Options { source: "bench".into(), dry_run: false, complete: false, as_of: NOW };
    let folder = tempfile::tempdir()?;
    let path = if source == "synthetic" { write_catalog(folder.path())? } else { source.into() };
    let report = import(&db, Lines::open(&path)?, &options, NOW, &mut |_, _| {}).await?;
    let claims = if source == "synthetic" { insert_claims(&db).await? } else { 0 };
    println!("  filled: {} procedures, {claims} claims in {:.1} s", report.public, started.elapsed().as_secs_f64());
    db.close().await;
    Ok(())
}

/// The rows of 34 provinces of our own.
fn provinces() -> String {
    let mut text = String::from("[");
    for unit in 0..UNITS {
        let comma = if unit == 0 { "" } else { "," };
        let _ = write!(text, r#"{comma}{{"Code":"{unit}","Name":"T{unit}","FullName":"Tỉnh T{unit}","Wards":[]}}"#);
    }
    text.push(']');
    text
}

fn code(n: u32) -> String {
    format!("9.{n:06}")
}

/// Records of our own: one province-level procedure a line, every one with steps, papers, times and a fee.
fn write_catalog(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("synthetic.jsonl");
    let mut text = String::new();
    for n in 0..PROCEDURES {
        let days = DAYS[n as usize % DAYS.len()];
        let channels: &[&str] = if n % 5 == 0 { &["direct"] } else { &["online", "direct", "postal"] };
        let visit = if n % 3 == 0 {
            "Cơ quan tổ chức kiểm tra thực tế tại cơ sở."
        } else {
            "Cơ quan thẩm định hồ sơ."
        };
        let line = serde_json::json!({
            "starter": 1, "code": code(n), "name": format!("Cấp giấy phép hoạt động loại {n}"), "type": "STANDARD",
            "fields": ["Thử nghiệm"], "issuer": "Bộ Thử nghiệm", "agencies": ["Sở chuyên ngành"],
            "levels": ["province"], "audiences": ["Tổ chức", "Công dân Việt Nam"], "channels": channels,
            "time_limits": [{"channel": "direct", "raw": format!("{days} ngày làm việc"), "amount": days,
                             "unit": "working_day"}],
            "fees": [{"kind": "charge", "amount": if n % 2 == 0 { 0 } else { 100_000 }, "raw": "theo biểu phí"}],
            "decision": "1/QĐ-BTN", "acts": [{"number": "1/2026/NĐ-CP", "name": "Nghị định thử nghiệm"}],
            "papers": [{"name": "Tờ khai theo mẫu", "originals": 1, "copies": 0},
                       {"name": "Bản sao có chứng thực giấy tờ về địa điểm", "originals": 0, "copies": 1},
                       {"name": "Danh sách người làm việc", "originals": 1, "copies": 0}],
            "steps": ["Người đề nghị điền tờ khai trên mạng hoặc trên giấy và chuẩn bị các giấy tờ kèm theo.",
                      "Nộp hồ sơ tại bộ phận một cửa, qua bưu chính hoặc trên Cổng dịch vụ công quốc gia.",
                      format!("{visit} Hồ sơ thiếu thì hướng dẫn bổ sung một lần bằng văn bản."),
                      "Người đề nghị nhận kết quả tại bộ phận một cửa hoặc bản điện tử trên Cổng."],
            "results": ["Giấy phép hoạt động"], "description": "Cho phép hoạt động có điều kiện.",
            "full": n % 4 == 0,
        });
        let _ = writeln!(text, "{line}");
    }
    std::fs::write(&path, text)?;
    Ok(path)
}

/// One claim for each procedure and unit.
async fn insert_claims(db: &Db) -> anyhow::Result<u32> {
    let mut count = 0;
    for first in (0..PROCEDURES).step_by(500) {
        let mut tx = db.write().await?;
        for n in first..first + 500 {
            for unit in 0..UNITS {
                let claim = claim(n, unit);
                store::insert_claim(&mut tx, &code(n), &format!("province:{unit}"), &claim, NOW).await?;
                count += 1;
            }
        }
        tx.commit().await?;
    }
    Ok(count)
}

fn claim(n: u32, unit: u32) -> Claim {
    let checked_at = NOW.as_millisecond() - 86_400_000;
    Claim {
        point: Point::ALL[(n + unit) as usize % Point::DECIDING],
        value: if (n + unit).is_multiple_of(4) { PointValue::No } else { PointValue::Yes },
        kind: if unit.is_multiple_of(2) { EvidenceKind::Document } else { EvidenceKind::Run },
        source: "bench".to_owned(),
        rule: None,
        span: None,
        link: Some("https://example.org/evidence".to_owned()),
        sha256: None,
        assessor: None,
        reason: None,
        legal_basis: None,
        note: None,
        checked_at,
        valid_until: checked_at + 180 * 86_400_000,
    }
}

/// Judges everything for the first time, again, and after one procedure has new dossiers.
async fn evaluate(url: &str) -> anyhow::Result<()> {
    let db = Db::open(url).await?;
    let started = Instant::now();
    let first = evaluate_all(&db, NOW).await?;
    report("first, writes all", &first, started);
    let started = Instant::now();
    let again = evaluate_all(&db, LATER).await?;
    report("again, writes none", &again, started);
    ensure!(first.changed == first.subjects && again.changed == 0, "{first:?}, then {again:?}");
    let mut tx = db.write().await?;
    let newest = toantrinh::platform::changes::newest(&mut tx).await?;
    store::set_position(&mut tx, newest).await?;
    let one = toantrinh::catalog::store::page(&mut tx, "", 1).await?;
    tx.commit().await?;
    let one = &one.first().context("a procedure")?.procedure.code;
    volumes::keep(&db, &[dossiers(one.as_str())], LATER).await?;
    let started = Instant::now();
    let after = catch_up(&db, LATER).await?;
    report("one changed", &after, started);
    ensure!(after.procedures == 1, "one procedure changed, {} were judged", after.procedures);
    db.close().await;
    let peak = peak_memory()?;
    println!("  peak memory: {peak} MB");
    ensure!(peak <= MEMORY_LIMIT, "{peak} MB is more than {MEMORY_LIMIT} MB");
    Ok(())
}

fn dossiers(code: &str) -> VolumeRow {
    VolumeRow {
        code: code.to_owned(),
        unit_id: "province:1".to_owned(),
        period_from: "2026-10-01".to_owned(),
        period_to: "2026-10-31".to_owned(),
        kind: "dossiers".to_owned(),
        total: 100,
        online: Some(40),
        source: "bench".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with no decimals")]
fn report(what: &str, done: &Evaluated, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "  {what}: {} procedures, {} subjects, {} changed in {seconds:.3} s, {:.0} subjects/s",
        done.procedures,
        done.subjects,
        done.changed,
        done.subjects as f64 / seconds
    );
}

/// The most memory that this process has held, MB.
fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kibibytes * 1_024 / 1_000_000)
}
