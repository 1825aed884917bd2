//! Dossier records aggregated per second from NDJSON into the database: first import, the same file again, and a file in
//! which half of the dossiers have moved on. Records, hashing and commits included.
//!
//! `DOSSIER_RECORDS` sets how many (400,000 when unset). On SQLite always, on PostgreSQL when `TEST_POSTGRES_URL` is set.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::{Timestamp, ToSpan};
use toantrinh::catalog::import::lines::Lines;
use toantrinh::monitor::dossier::actions::{DossierReport, Feed, take};
use toantrinh::monitor::dossier::model::Side;
use toantrinh::platform::db::Db;

/// 24 November 2026, 09:00 in Vietnam.
const NOW: Timestamp = Timestamp::constant(1_795_485_600, 0);
/// Records that the first import into SQLite counts a second, at least.
const GOAL: u64 = 50_000;
const PROCEDURES: u64 = 2_000;
const UNITS: u64 = 124;
const DAYS: u64 = 320;

fn main() -> anyhow::Result<()> {
    let records = std::env::var("DOSSIER_RECORDS").ok().map_or(Ok(400_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let first = write(folder.path(), "first.ndjson", records, 0)?;
    let second = write(folder.path(), "second.ndjson", records, 1)?;
    let size = std::fs::metadata(&first)?.len();
    println!("{records} records, {} bytes each", size / records);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        for url in databases(folder.path()).await? {
            println!("{}", url.split(':').next().unwrap_or_default());
            let db = Db::open(&url).await?;
            db.migrate().await?;
            let started = Instant::now();
            let report = run(&db, "first import", &first).await?;
            ensure!(report.taken == records && report.refused == 0, "{report:?}");
            let limit = Duration::from_secs(records / GOAL + 1);
            ensure!(started.elapsed() <= limit || !url.starts_with("sqlite"), "below {GOAL} records a second");
            let report = run(&db, "the same file again", &first).await?;
            ensure!(report.unchanged == records, "{report:?}");
            let report = run(&db, "half have moved on", &second).await?;
            ensure!(report.taken > records / 3 && report.illegal == 0, "{report:?}");
            db.close().await;
            if let Some(path) = url.strip_prefix("sqlite:") {
                println!("  database: {} MB", std::fs::metadata(path)?.len() / 1_000_000);
            }
        }
        println!("peak memory: {} MB", peak_memory()?);
        Ok(())
    })
}

async fn databases(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut all = vec![format!("sqlite:{}", folder.join("b.db").display())];
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await?;
        pool.close().await;
        all.push(format!("{server}/{name}"));
    }
    Ok(all)
}

#[expect(clippy::cast_precision_loss, reason = "shown with no decimals")]
async fn run(db: &Db, what: &str, path: &Path) -> anyhow::Result<DossierReport> {
    let feed = Feed { source: "bench".into(), side: Side::Local, unit: None };
    let lines = Lines::open(path)?;
    let started = Instant::now();
    let report = take(db, &feed, lines, NOW, &mut |_, _| {}).await?;
    let seconds = started.elapsed().as_secs_f64();
    println!("  {what}: {:.0} records/s ({seconds:.2} s)", report.read as f64 / seconds);
    Ok(report)
}

/// Numbers that look random and are the same in each run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    /// Small numbers are drawn much more often: a tenth of the procedures make most of the dossiers.
    fn skewed(&mut self, below: u64) -> u64 {
        let n = self.next(below);
        n * self.next(below) / below * self.next(below) / below
    }
}

/// A year's feed of one province in the order of reception. In `age` 1, half of the dossiers are further than in 0.
fn write(folder: &Path, name: &str, records: u64, age: u64) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut line = String::new();
    for n in 0..records {
        line.clear();
        record(&mut line, n, n * DAYS / records, age, &mut random).context("a record")?;
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(path)
}

fn record(line: &mut String, n: u64, day: u64, age: u64, random: &mut Random) -> anyhow::Result<()> {
    let start = jiff::civil::date(2026, 1, 5).at(7, 0, 0, 0);
    let received =
        start.checked_add(i64::try_from(day)?.days())?.checked_add(i64::try_from(random.next(580))?.minutes())?;
    let time = |at: jiff::civil::DateTime| at.strftime("%Y%m%d%H%M%S").to_string();
    let procedure = random.skewed(PROCEDURES);
    let unit = random.skewed(UNITS);
    let channel = if random.next(10) < 7 { 2 } else { 1 };
    let due = received.checked_add(7.days())?;
    let days = i64::try_from(random.next(9))?;
    let unfinished = random.next(2) == 0;
    let running = age == 0 && unfinished;
    let ended = if running { String::new() } else { time(received.checked_add(days.days())?) };
    let last = 9 + random.next(2);
    let state = if running { 4 } else { last };
    let asked = random.next(20) == 0;
    let due = if random.next(25) == 0 { String::new() } else { time(due) };
    let supplement = if asked {
        let (at, back) = (time(received.checked_add(1.days())?), time(received.checked_add(2.days())?));
        format!(
            r#"{{"HoSoBoSungId":1,"NguoiYeuCauBoSung":"Trần Thị B","NoiDungBoSung":"Bổ sung bản sao giấy tờ","NgayBoSung":"{at}","NgayTiepNhanBoSung":"{back}","TrangThaiBoSung":true}}"#
        )
    } else {
        String::new()
    };
    writeln!(
        line,
        r#"{{"MaHoSo":"H31.{unit}-{}-{n:06}","MaTTHC":"1.{procedure:06}","TenTTHC":"Cấp giấy phép hoạt động loại {procedure}","MaLinhVuc":"G15-HT01","TenLinhVuc":"Thử nghiệm","KenhThucHien":"{channel}","SoGiayToChuHoSo":"000000{n:06}","ChuHoSo":"NGUYỄN VĂN A{n}","LoaiDoiTuong":"1","MaDoiTuong":"","ThongTinKhac":"","Email":"a{n}@vi-du.vn","Fax":"","SoDienThoai":"0900{n:06}","TrichYeuHoSo":"Hồ sơ đề nghị của ông Nguyễn Văn A{n} tại phường thử nghiệm","NgayTiepNhan":"{}","NgayHenTra":"{due}","TrangThaiHoSo":"{state}","NgayTra":"","ThongTinTra":"","HinhThuc":"0","NgayKetThucXuLy":"{ended}","DonViXuLy":"UBND phường thử nghiệm","GhiChu":"","TaiLieuNop":[{{"TepDinhKemId":{n},"TenTepDinhKem":"to-khai.pdf","IsDeleted":"False","MaThanhPhanHoSo":"KQ.G15.000001","DuongDanTaiTepTin":"https://vi-du.vn/tep/{n}","DuocSoHoa":"1","DuocTaiSuDung":"0","DuocLayTuKhoDMQG":"1"}}],"DanhSachLePhi":[{{"TenPhiLePhi":"Lệ phí","MaPhiLePhi":"LP1","HinhThucThu":"1","Gia":"{}","LoaiPhiLePhi":"1"}}],"DanhSachTepDinhKemKhac":[],"DanhSachHoSoBoSung":[{supplement}],"DanhSachGiayToKetQua":[{{"TenGiayTo":"Giấy phép","MaThanhPhanHoSo":"KQ1","GiayToId":1,"DuongDanTepTinKetQua":"https://vi-du.vn/kq/{n}","MaGiayToKetQua":"KQ1"}}],"NoiNopHoSo":"1","HoSoCoThanhPhanSoHoa":"1","TaiKhoanDuocXacThucVoiVNeID":"1","DuocThanhToanTrucTuyen":"{}","NgayTuChoi":"","DinhDanhCHS":[{{"LoaiDinhDanh":"1","SoDinhDanh":"000000{n:06}"}}],"NgayNopHoSo":"{}","DSKetNoiCSDL":[{{"MaCSDL":"1"}}]}}"#,
        received.strftime("%y%m%d"),
        time(received),
        if procedure.is_multiple_of(3) { 50_000 } else { 0 },
        1 + random.next(3),
        time(received),
    )?;
    Ok(())
}

/// The most memory that this process has held, MB.
fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kibibytes * 1_024 / 1_000_000)
}
