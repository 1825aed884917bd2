//! Search: judged queries, every way to type, and queries nobody should type.

use toantrinh::catalog::starter;
use toantrinh::search::engine::{Engine, Place};
use toantrinh::search::find::Request;
use toantrinh::search::judge::{Judgement, judge, read};
use unicode_normalization::UnicodeNormalization;

use crate::support::{NOW, TestDb, corpus, import_text, options, shared, sqlite};

async fn engine(db: &TestDb) -> Engine {
    Engine::open(&db.db, Place::Memory).await.unwrap()
}

fn first(engine: &Engine, text: &str) -> Option<String> {
    let request = Request { text: text.to_owned(), limit: 1, group: true, ..Request::default() };
    engine.search(&request).found.first().map(|f| f.shown.code.clone())
}

fn show(name: &str, judgement: &Judgement) {
    println!("{name}: {:?}", judgement.all);
    for (class, scores) in &judgement.classes {
        println!("  {class:<9} {scores:?}");
    }
    for f in &judgement.failures {
        println!("  {} {} «{}» {:?} {:?}", f.id, f.class, f.query, f.place, f.first);
    }
}

#[tokio::test]
async fn our_judged_queries_find_the_starter_catalog() {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    let engine = engine(&db).await;
    let queries = read(include_str!("../../index/judged.jsonl")).unwrap();
    let starters: Vec<_> = queries.into_iter().filter(|q| q.starter).collect();
    let judgement = judge(&engine, &starters);
    show("starter", &judgement);
    assert!(judgement.all.n >= 40 && judgement.all.success_at_1 >= 0.9, "{:?}", judgement.all);
}

#[tokio::test]
async fn judged_queries_find_the_national_catalog() {
    let Some(db) = corpus().await else { return };
    let engine = engine(&db).await;
    let dev = std::fs::read_to_string(shared("queries_dev.jsonl").unwrap()).unwrap();
    let judgement = judge(&engine, &read(&dev).unwrap());
    show("dev", &judgement);
    assert!(judgement.all.success_at_1 >= 0.94 && judgement.all.mrr_at_10 >= 0.96, "{:?}", judgement.all);
    for (class, scores) in &judgement.classes {
        assert!(scores.success_at_1 >= 0.75, "{class}: {scores:?}");
    }
    let ours = judge(&engine, &read(include_str!("../../index/judged.jsonl")).unwrap());
    show("ours", &ours);
    assert!(ours.all.success_at_1 >= 0.9, "{:?}", ours.all);
}

#[tokio::test]
async fn two_hundred_real_names_are_found_however_they_are_typed() {
    let Some(db) = corpus().await else { return };
    let engine = engine(&db).await;
    let seed = 20_261_124_u64;
    println!("seed {seed}");
    let snapshot = engine.snapshot();
    let public: Vec<_> = snapshot.names.docs.iter().filter(|d| d.shown.is_public()).collect();
    let mut state = seed;
    let (mut marked, mut all) = (0, 0);
    for _ in 0..200 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let name = &public[(state >> 33) as usize % public.len()].shown.name;
        let cut: String = name.chars().take(900).collect();
        let forms =
            [cut.nfc().collect(), cut.nfd().collect(), cut.to_uppercase(), toantrinh::search::analysis::fold(&cut)];
        let firsts: Vec<Option<String>> = forms.iter().map(|f: &String| first(&engine, f)).collect();
        marked += usize::from(firsts[0].is_some() && firsts[0] == firsts[1] && firsts[1] == firsts[2]);
        let same = firsts.iter().all(|f| f.is_some() && *f == firsts[0]);
        all += usize::from(same);
        if !same {
            println!("differs: {name}: {firsts:?}");
        }
    }
    println!("same first hit in NFC, NFD and upper case: {marked} of 200; without accents too: {all}");
    assert_eq!(marked, 200);
    assert!(all >= 194, "{all} of 200");
}

#[tokio::test]
async fn a_code_is_found_in_every_spelling() {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    let engine = engine(&db).await;
    for text in [
        "1.001193",
        "1001193",
        "1,001193",
        "1.001193.H35",
        "1.001193.000.00.00.H38",
        " 1. 001193 ",
        "thủ tục 1.001193 là gì",
    ] {
        assert_eq!(first(&engine, text).as_deref(), Some("1.001193"), "{text}");
    }
}

#[tokio::test]
async fn strange_queries_are_answered() {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    let engine = engine(&db).await;
    let long = "đăng ký ".repeat(1250);
    for text in [
        "",
        "???!!!",
        "\u{0}\u{7}",
        "\"đăng ký",
        "((((",
        "a",
        "1.",
        "999999999999",
        "😀",
        "\u{300}\u{301}",
        long.as_str(),
    ] {
        let request = Request { text: text.to_owned(), limit: 5, typing: true, facets: true, ..Request::default() };
        let answer = engine.search(&request);
        assert!(answer.found.len() <= 5);
    }
}

#[tokio::test]
async fn search_follows_changes_and_finds_retired_ones_below() {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    let engine = engine(&db).await;
    let corpus_line = |name: &str, public: bool| {
        serde_json::json!({"code": "9.000001", "name": name, "inCatalog20260718": public, "detailKind": null,
            "list": {"id": "x", "code": "9.000001", "name": name, "categories": [], "departments": [], "formalityTargetType": [], "type": "STANDARD"}})
        .to_string()
    };
    import_text(&db.db, corpus_line("Nuôi đà điểu lấy trứng", true).as_bytes(), &options()).await;
    assert_ne!(first(&engine, "nuôi đà điểu").as_deref(), Some("9.000001"));
    assert!(engine.follow(&db.db).await.unwrap());
    assert!(!engine.follow(&db.db).await.unwrap());
    assert_eq!(first(&engine, "nuoi da dieu").as_deref(), Some("9.000001"));
    import_text(&db.db, corpus_line("Nuôi đà điểu lấy trứng", false).as_bytes(), &options()).await;
    engine.follow(&db.db).await.unwrap();
    let found = engine.search(&Request { text: "đà điểu".into(), limit: 1, ..Request::default() });
    assert!(found.found[0].shown.retired);
    let listed = engine.search(&Request { limit: 500, ..Request::default() });
    assert!(listed.found.iter().all(|f| f.shown.code != "9.000001"));
}

#[tokio::test]
async fn a_corrupt_index_is_built_anew() {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    drop(Engine::open(&db.db, Place::Folder(folder.path())).await.unwrap());
    let mut broken = 0;
    for version in std::fs::read_dir(folder.path()).unwrap().flatten() {
        for file in std::fs::read_dir(version.path()).unwrap().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.contains(".store") || name == "meta.json" {
                std::fs::write(file.path(), b"rubbish").unwrap();
                broken += 1;
            }
        }
    }
    assert!(broken >= 2);
    let engine = Engine::open(&db.db, Place::Folder(folder.path())).await.unwrap();
    assert_eq!(first(&engine, "khai sinh").as_deref(), Some("1.001193"));
}

#[tokio::test]
async fn two_processes_do_not_share_an_index() {
    let db = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let _first = Engine::open(&db.db, Place::Folder(folder.path())).await.unwrap();
    let Err(error) = Engine::open(&db.db, Place::Folder(folder.path())).await else { panic!("shared") };
    assert!(error.to_string().contains("--data-dir"), "{error}");
}
