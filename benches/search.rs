//! What a search costs, by part. With the national catalog beside the project, on that; else on the starter catalog.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use toantrinh::catalog::import::actions::{Options, import};
use toantrinh::catalog::import::lines::Lines;
use toantrinh::catalog::starter;
use toantrinh::platform::db::Db;
use toantrinh::search::analysis::syllables;
use toantrinh::search::engine::{Engine, Place};
use toantrinh::search::find::Request;
use toantrinh::search::judge::read;
use toantrinh::search::names::Names;

const QUERIES: &str = include_str!("../index/judged.jsonl");

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite:{}", folder.path().join("b.db").display())).await.expect("a database");
        db.migrate().await.expect("a schema");
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/procedures.jsonl.gz");
        let now = jiff::Timestamp::UNIX_EPOCH;
        if let Ok(lines) = Lines::open(corpus.as_ref()) {
            let options = Options { source: "bench".into(), dry_run: false, complete: false, as_of: now };
            import(&db, lines, &options, now, &mut |_, _| {}).await.expect("an import");
        } else {
            starter::load(&db, now).await.expect("the starter catalog");
        }
        Engine::open(&db, Place::Memory).await.expect("search")
    })
});

fn main() {
    println!("{} documents", ENGINE.snapshot().names.docs.len());
    divan::main();
}

#[divan::bench]
fn analysis_of_all_names(bencher: Bencher) {
    let snapshot = ENGINE.snapshot();
    let names: Vec<&str> = snapshot.names.docs.iter().map(|d| d.shown.name.as_str()).collect();
    bencher.counter(ItemsCount::new(names.len())).bench(|| names.iter().map(|n| syllables(n).len()).sum::<usize>());
}

#[divan::bench]
fn building_the_first_pass(bencher: Bencher) {
    let snapshot = ENGINE.snapshot();
    let documents: Vec<_> = snapshot.names.docs.iter().map(|d| d.shown.clone()).collect();
    bencher.counter(ItemsCount::new(documents.len())).bench(|| Names::build(&documents, ENGINE.knowledge()));
}

#[divan::bench]
fn searching_all_judged_queries(bencher: Bencher) {
    let queries = read(QUERIES).expect("judged queries");
    bencher.counter(ItemsCount::new(queries.len())).bench(|| {
        let ask = |text: &str| ENGINE.search(&Request { text: text.to_owned(), limit: 10, ..Request::default() }).total;
        queries.iter().map(|q| ask(&q.query)).sum::<usize>()
    });
}
