//! Dossier counts: our own shape is evidence, the former portal's weights are only a prior.

use toantrinh::assessment::actions::catch_up;
use toantrinh::assessment::store::{self, VolumeRow};
use toantrinh::assessment::volumes::{VolumesError, VolumesReport, import};
use toantrinh::platform::db::Db;

use super::given::{assessed, eleven_runs, line, record_all};
use crate::support::{NOW, TestApp, databases, shared, sqlite};

const CODE: &str = "1.900001";

async fn rows(db: &Db) -> Vec<VolumeRow> {
    store::volumes(&mut db.read().await.unwrap(), "", "9", "2000-01-01").await.unwrap()
}

fn refused(report: &VolumesReport) -> Vec<(u64, &'static str)> {
    report.rejected.iter().map(|r| (r.line, r.field)).collect()
}

#[tokio::test]
async fn our_own_shape_is_read_and_bad_rows_are_named_by_line_and_field() {
    let text = "code,unit,from,to,total,online\n\
        1.900001,don-vi-1,2026-10-01,2026-10-31,1.200,\n\
        khong phai ma,,2026-10-01,2026-10-31,5,1\n\
        1.900001,,01/10/2026,2026-10-31,5,1\n\
        1.900001,,2026-10-01,2026-09-30,5,1\n\
        1.900001,,2026-10-01,2026-10-31,nhiều,1\n\
        1.900001,,2026-10-01,2026-10-31,-5,1\n\
        1.900001,,2026-10-01,2026-10-31,5,6\n\
        \"1.900001\",,2026-10-01,2026-10-31,5\n";
    for test in databases().await {
        let report = import(&test.db, text.as_bytes(), "một cửa", None, NOW).await.unwrap();
        assert_eq!((report.kind.as_str(), report.read, report.kept), ("dossiers", 8, 2));
        let wrong = [(3, "code"), (4, "from"), (5, "to"), (6, "total"), (7, "total"), (8, "online")];
        assert_eq!(refused(&report), wrong);
        let kept = rows(&test.db).await;
        assert_eq!(
            kept.iter().map(|r| (r.unit_id.as_str(), r.total)).collect::<Vec<_>>(),
            [("", 5), ("don-vi-1", 1_200)]
        );
        assert!(kept.iter().all(|r| r.online.is_none()), "an empty cell became a 0");
        // The same period from the same source is corrected, not counted twice.
        let again = "code,unit,from,to,total,online\n1.900001,,2026-10-01,2026-10-31,7,2\n";
        import(&test.db, again.as_bytes(), "một cửa", None, NOW).await.unwrap();
        let kept = rows(&test.db).await;
        assert_eq!(kept.iter().map(|r| (r.total, r.online)).collect::<Vec<_>>(), [(7, Some(2)), (1_200, None)]);
    }
}

#[tokio::test]
async fn a_line_is_named_as_it_stands_in_the_file_even_after_empty_ones() {
    let test = sqlite().await;
    let lines =
        "code,unit,from,to,total,online\n\n\n1.900001,,2026-10-01,2026-10-31,x,1\n\n1.900001,,2026-10-01,x,1,1\n";
    let report = import(&test.db, lines.as_bytes(), "một cửa", None, NOW).await.unwrap();
    assert_eq!(refused(&report), [(4, "total"), (6, "to")]);
}

#[tokio::test]
async fn a_file_without_known_headings_or_period_is_refused_whole() {
    let test = sqlite().await;
    for text in ["", "ma,so\n1.900001,4\n", "code,from,to\n1.900001,2026-10-01,2026-10-31\n"] {
        let error = import(&test.db, text.as_bytes(), "một cửa", None, NOW).await.unwrap_err();
        assert!(matches!(error, VolumesError::Headings), "{error}");
    }
    let weights = "code,weight_dossiers\n1.900001,4\n";
    let error = import(&test.db, weights.as_bytes(), "trọng số", None, NOW).await.unwrap_err();
    assert!(matches!(error, VolumesError::Period) && error.to_string().contains("--until"), "{error}");
    assert!(rows(&test.db).await.is_empty());
}

#[tokio::test]
async fn the_former_portals_weights_are_a_prior_and_never_evidence() {
    let text =
        "\u{feff}code,name,weight_dossiers,is_vertical_sector\n1.900001,Cấp giấy thử một,40000,1\n1.900002,Khác,x,0\n";
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line(CODE, "Cấp giấy thử một trực tuyến toàn trình")]).await;
        record_all(db, CODE, &eleven_runs(), NOW).await;
        let report = import(db, text.as_bytes(), "trong_so_2025-12.csv", None, NOW).await.unwrap();
        assert_eq!((report.kind.as_str(), report.kept, refused(&report)), ("prior", 1, vec![(3, "weight_dossiers")]));
        let kept = rows(db).await;
        let period = (kept[0].period_from.as_str(), kept[0].period_to.as_str());
        assert_eq!((kept[0].kind.as_str(), period), ("prior", ("2025-01-01", "2025-12-31")));
        assert_eq!(catch_up(db, NOW).await.unwrap().changed, 0, "a prior changed a verdict");
        let app = TestApp::start(&test).await;
        let view = app.json(&format!("/api/v1/procedures/{CODE}/assessment"), 200).await;
        for member in ["online_90", "all_90", "online_365"] {
            assert!(view["dossiers"][member].is_null(), "{view}");
        }
        assert!(view["dossiers"]["note"].as_str().unwrap().contains("chưa có dữ liệu hồ sơ"));
        assert_eq!(
            (&view["claimed"], &view["verified"], &view["dormant"]),
            (&true.into(), &false.into(), &false.into())
        );
        let gaps = app.json("/api/v1/gaps", 200).await;
        let volume = &gaps["items"][0]["volume"];
        assert_eq!((&volume["kind"], &volume["dossiers"]), (&"prior".into(), &40_000.into()));
        assert_eq!(volume["until"], "2025-12-31");
        app.stop().await;
    }
}

#[tokio::test]
async fn counted_dossiers_come_before_a_prior_on_the_board() {
    for test in databases().await {
        let db = &test.db;
        assessed(db, &[line(CODE, "Cấp giấy thử một")]).await;
        let prior = "code,weight_dossiers\n1.900001,40000\n";
        import(db, prior.as_bytes(), "trong_so_2025-12.csv", None, NOW).await.unwrap();
        let counted = "code,unit,from,to,total,online\n1.900001,,2026-09-01,2026-09-30,3,1\n1.900001,,2026-10-01,2026-10-31,4,1\n";
        import(db, counted.as_bytes(), "một cửa", None, NOW).await.unwrap();
        catch_up(db, NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let gaps = app.json("/api/v1/gaps", 200).await;
        let volume = &gaps["items"][0]["volume"];
        assert_eq!(
            (&volume["kind"], &volume["dossiers"], &volume["source"]),
            (&"dossiers".into(), &7.into(), &"một cửa".into())
        );
        assert_eq!(gaps["totals"]["volume"]["gaps"], 7);
        app.stop().await;
    }
}

#[tokio::test]
async fn the_real_weights_are_read_whole() {
    let Some(path) = shared("metrics/old_portal_online_procedure_weights_2025-12.csv") else { return };
    let test = sqlite().await;
    let bytes = std::fs::read(path).unwrap();
    let report = import(&test.db, &bytes, "old_portal_online_procedure_weights_2025-12.csv", None, NOW).await.unwrap();
    println!("{} read, {} kept, {:?}", report.read, report.kept, report.rejected);
    assert!(report.kept > 500 && report.rejected.len() * 20 < rows(&test.db).await.len());
}
