//! What an import costs: the starter catalog into an empty database, and again into a full one.

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use toantrinh::catalog::source;
use toantrinh::catalog::starter;
use toantrinh::platform::db::Db;

fn main() {
    divan::main();
}

async fn empty(folder: &tempfile::TempDir) -> Db {
    let db = Db::open(&format!("sqlite:{}", folder.path().join("b.db").display())).await.expect("a database");
    db.migrate().await.expect("a schema");
    db
}

#[divan::bench]
fn reading_records(bencher: Bencher) {
    let lines: Vec<&[u8]> = starter::PROCEDURES.lines().map(str::as_bytes).collect();
    bencher.counter(ItemsCount::new(lines.len())).bench(|| lines.iter().filter(|l| source::read(l).is_ok()).count());
}

#[divan::bench(sample_count = 20)]
fn importing_into_an_empty_database(bencher: Bencher) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    bencher
        .counter(ItemsCount::new(starter::PROCEDURES.lines().count()))
        .with_inputs(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let db = runtime.block_on(empty(&folder));
            (folder, db)
        })
        .bench_refs(|(_, db)| runtime.block_on(starter::load(db, Timestamp::UNIX_EPOCH)).expect("an import").added);
}

#[divan::bench(sample_count = 20)]
fn importing_what_is_there_already(bencher: Bencher) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let db = runtime.block_on(empty(&folder));
    runtime.block_on(starter::load(&db, Timestamp::UNIX_EPOCH)).expect("an import");
    bencher
        .counter(ItemsCount::new(starter::PROCEDURES.lines().count()))
        .bench_local(|| runtime.block_on(starter::load(&db, Timestamp::UNIX_EPOCH)).expect("an import").unchanged);
}
