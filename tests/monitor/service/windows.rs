//! What windows come to: absent and excluded values, young series, few events, several sources, counts of people's doings.

use toantrinh::monitor::model::FailureKind;
use toantrinh::monitor::observation::model::{DAY, HOUR, MINUTE};
use toantrinh::monitor::service_level::budget::Sli;
use toantrinh::monitor::service_level::figure::Language;
use toantrinh::monitor::service_level::measure::Setting;
use toantrinh::monitor::service_level::model::{Absent, Definition, Failures, Standing, Window};
use toantrinh::monitor::service_level::policy::{policy_text, report_text};
use toantrinh::platform::clock::VIETNAM;

use super::given::{at, availability, bad, good, line, measured, minutes, number, probe, run, source, take};
use crate::support::{NOW, databases};

const END: &str = "2026-11-20T09:00";

#[tokio::test]
async fn absent_and_excluded_values_are_told_apart_and_never_good() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &["*"]).await;
        let end = at(END);
        // Two days: 1,000 good, then 100 bad, 200 not the service's, the rest did not come.
        let letter = |n: i64| match n {
            0..1000 => 'g',
            1000..1100 => 'b',
            1100..1300 => 'x',
            _ => '.',
        };
        take(&test.db, &minutes(id, end - 2 * DAY, end, letter)).await;
        let mut level = availability("a", "cong", "");
        level.window = Window::Rolling { days: 2 };
        let report = measured(&test.db, &level, end).await;
        let c = report.counts;
        assert_eq!((c.good, c.bad, c.excluded), (1000, 100, 200));
        assert_eq!((c.expected, c.absent), (Some(2880), Some(1580)));
        assert_eq!(report.sli, Sli::Share { value: 1000.0 / 1100.0 });
        assert_eq!(report.standing, Standing::Missed);
        let budget = report.budget.unwrap();
        assert!((budget.events.total - 11.0).abs() < 1e-9 && (budget.events.left + 89.0).abs() < 1e-9);
        assert!((budget.minutes.total - 28.8).abs() < 1e-9, "one per cent of two days");
        let silence = report.silence.as_ref().unwrap();
        assert!(silence.holds && silence.expected >= 3 && silence.source == "cong");
        level.counting.absent = Absent::Failure;
        let c = measured(&test.db, &level, end).await.counts;
        assert_eq!((c.good, c.bad), (1000, 1680), "by policy what did not come is a failure");
        let told = report_text(&report, Language::Vietnamese).join("\n");
        for part in ["90,909 % (1.000/1.100)", "Không do dịch vụ, không tính: 200", "Vắng: 1.580"] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    }
}

#[tokio::test]
async fn a_young_series_says_how_many_days_and_one_without_values_says_no_data() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", HOUR, &[]).await;
        let end = at(END);
        let level = availability("a", "cong", "");
        let none = measured(&test.db, &level, end).await;
        assert_eq!((none.sli, none.standing, none.budget), (Sli::NoData, Standing::NoData, None));
        assert_eq!(report_text(&none, Language::Vietnamese)[0], "Không có dữ liệu");
        let rows: Vec<_> = (1..=12 * 24).map(|n| good(id, end - n * HOUR, 20.0)).collect();
        take(&test.db, &rows).await;
        let report = measured(&test.db, &level, end).await;
        assert_eq!((report.days.watched, report.days.of), (12, 30));
        assert_eq!(report.counts.expected, Some(12 * 24), "nothing was expected before it began");
        assert!(report_text(&report, Language::Vietnamese).contains(&"12/30 ngày".to_owned()));
    }
}

#[tokio::test]
async fn few_events_are_told_as_counts_with_an_interval() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", DAY, &[]).await;
        let end = at(END);
        let rows: Vec<_> = (1..=20).map(|n| good(id, end - n * DAY, 20.0)).collect();
        take(&test.db, &rows).await;
        let report = measured(&test.db, &availability("a", "cong", ""), end).await;
        let Sli::Few { good, total, low, high } = report.sli else { panic!("{:?}", report.sli) };
        assert_eq!((good, total), (20, 20));
        assert!((low - 0.8389).abs() < 1e-4 && high > 0.999_999, "{low} to {high}");
        assert_eq!(report.standing, Standing::Undecided, "20 of 20 do not show 99 %");
        run(&test.db, "INSERT INTO parameters (name, valid_from, value, source) VALUES ('service_level_few', '2026-06-01', 10, 'test')").await;
        let report = measured(&test.db, &availability("a", "cong", ""), end).await;
        assert_eq!(report.standing, Standing::Met, "the number is data, with a day from which it holds");
    }
}

#[tokio::test]
async fn latency_counts_answers_within_the_bound_and_failures_by_policy() {
    for test in databases().await {
        let id = probe(&test.db, "cong", "cong.example.vn", MINUTE, &[]).await;
        let end = at(END);
        let ms = [100.0, 300.0, 300.1, 800.0, 10_001.0];
        let mut rows: Vec<_> =
            (0..1000).map(|n| good(id, end - (n + 1) * MINUTE, ms[usize::try_from(n).unwrap() % 5])).collect();
        rows.extend((1000..1100).map(|n| bad(id, end - (n + 1) * MINUTE, FailureKind::Http5xx)));
        take(&test.db, &rows).await;
        let mut level = Definition::from_json(
            r#"{"id":"l","name":"l","owner":"a","indicator":"latency","scope":{"source":"cong"},"objective":0.9,
                "threshold_ms":300,"window":{"kind":"rolling","days":7}}"#,
        )
        .unwrap();
        let c = measured(&test.db, &level, end).await.counts;
        assert_eq!((c.good, c.bad), (400, 700), "a failed poll is no quick answer");
        level.counting.failures = Failures::LeftOut;
        let c = measured(&test.db, &level, end).await.counts;
        assert_eq!((c.good, c.bad), (400, 600));
    }
}

#[tokio::test]
async fn freshness_is_the_time_in_which_the_newest_value_was_young_enough() {
    for test in databases().await {
        source(&test.db, "so", "so.example.vn", &[]).await;
        let id = line(&test.db, "so", "count", Some(HOUR)).await;
        let end = at(END);
        // A day of values each hour, but for four hours in its middle.
        let hours = (0..24).filter(|n| !(10..14).contains(n));
        let rows: Vec<_> = hours.map(|n| good(id, end - DAY + n * HOUR, 1.0)).collect();
        take(&test.db, &rows).await;
        let level = Definition::from_toml(
            "id = \"f\"\nname = \"f\"\nowner = \"a\"\nindicator = \"freshness\"\nobjective = 0.9\nmax_age_seconds = 7200
             [scope]\nsource = \"so\"\nmetric = \"count\"\n[window]\nkind = \"rolling\"\ndays = 1",
        )
        .unwrap();
        let report = measured(&test.db, &level, end).await;
        // The value of 9 is fresh until 11, the next one comes at 14: three hours of 36 steps.
        assert_eq!((report.counts.good, report.counts.bad), (288 - 36, 36));
        assert_eq!(report.standing, Standing::Missed);
    }
}

#[tokio::test]
async fn of_several_sources_of_a_procedure_the_worst_is_told() {
    for test in databases().await {
        let end = at(END);
        for (source, broken) in [("cong", 1), ("thanh-toan", 5), ("tra-cuu", 0)] {
            let id = probe(&test.db, source, "cong.example.vn", MINUTE, &["1.900001"]).await;
            let rows = minutes(id, end - DAY, end, |n| if n % 100 < broken { 'b' } else { 'g' });
            take(&test.db, &rows).await;
        }
        let mut level = availability("a", "", "");
        level.scope.procedure = "1.900001".to_owned();
        let report = measured(&test.db, &level, end).await;
        assert_eq!((report.source.as_str(), report.sources), ("thanh-toan", 3));
        assert_eq!((report.counts.good, report.counts.bad), (1440 - 75, 75));
        level.scope.procedure = String::new();
        level.scope.unit = "H31.1".to_owned();
        assert_eq!(measured(&test.db, &level, end).await.source, "thanh-toan");
    }
}

#[tokio::test]
async fn satisfaction_counts_days_on_which_both_counts_were_told_and_agree() {
    for test in databases().await {
        source(&test.db, "hai-long", "so.example.vn", &[]).await;
        let satisfied = line(&test.db, "hai-long", "satisfied", None).await;
        let answered = line(&test.db, "hai-long", "answered", None).await;
        let day = |n: i64| at("2026-11-01T00:00") + n * DAY;
        let mut rows = Vec::new();
        for (n, of, all) in [(0, 90.0, 100.0), (1, 45.0, 50.0), (3, 70.0, 60.0)] {
            rows.push(good(satisfied, day(n), of));
            rows.push(good(answered, day(n), all));
        }
        rows.push(good(answered, day(2), 1_000.0));
        take(&test.db, &rows).await;
        let level = Definition::from_toml(
            "id = \"s\"\nname = \"s\"\nowner = \"a\"\nindicator = \"satisfaction\"\nobjective = 0.9
             [scope]\nsource = \"hai-long\"\nmetric = \"satisfied\"\nof = \"answered\"
             [window]\nkind = \"calendar\"\nperiod = \"month\"",
        )
        .unwrap();
        let report = measured(&test.db, &level, at(END)).await;
        assert_eq!((report.counts.good, report.counts.bad), (135, 15));
        assert_eq!(report.counts.absent, Some(2), "one day without a part, one with more than all");
        assert_eq!(report.standing, Standing::Met);
        assert_eq!(report.span.to, at("2026-11-20T00:00"), "days that are over");
    }
}

#[tokio::test]
async fn dossiers_on_time_come_from_the_statistics_of_a_procedure_and_a_unit() {
    for test in databases().await {
        run(&test.db, "INSERT INTO dossier_sources (id, name, side, created_at) VALUES (1, 'a', 'local', 0)").await;
        let day = toantrinh::monitor::observation::model::vietnam_day(at("2026-11-03T00:00"));
        let groups =
            [(1, "1.900001", "H31.1", 80, 20), (2, "1.900001", "H31.2", 10, 0), (3, "1.900002", "H31.1", 0, 9)];
        // Two dossiers of the first group are due on that day and still not ended: they are late.
        for (id, code, unit, on_time, late) in groups {
            let pending = if id == 1 { 2 } else { 0 };
            run(
                &test.db,
                &format!(
                    "INSERT INTO dossier_groups (id, source_id, code, unit_id, channel) VALUES ({id}, 1, '{code}', '{unit}', 2)"
                ),
            )
            .await;
            let zeros = ["0"; 15].join(", ");
            run(
                &test.db,
                &format!(
                    "INSERT INTO dossier_statistics (group_id, day, received, finished, on_time, late, pending, not_judged,
                         provisional, supplement_asked, supplement_more_than_once, refused, withdrawn, stopped, fee_due,
                         paid_online, digitised, result_electronic, mismatch, unproven, illegal, working_days, minutes)
                     VALUES ({id}, {day}, 0, 0, {on_time}, {late}, {pending}, 3, {zeros})"
                ),
            )
            .await;
        }
        let mut level = Definition::from_toml(
            "id = \"d\"\nname = \"d\"\nowner = \"a\"\nindicator = \"dossiers_on_time\"\nobjective = 0.9
             [scope]\nprocedure = \"1.900001\"\n[window]\nkind = \"rolling\"\ndays = 30",
        )
        .unwrap();
        let c = measured(&test.db, &level, at(END)).await.counts;
        assert_eq!((c.good, c.bad, c.other), (90, 22, 6));
        level.scope.unit = "H31".to_owned();
        let c = measured(&test.db, &level, at(END)).await.counts;
        assert_eq!((c.good, c.bad, c.other), (90, 22, 6), "a province has the units below it");
        level.scope.unit = "H31.1".to_owned();
        let c = measured(&test.db, &level, at(END)).await.counts;
        assert_eq!((c.good, c.bad, c.other), (80, 22, 3));
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM dossier_statistics").await, 3);
    }
}

#[tokio::test]
async fn the_policy_says_every_number_it_counts_by() {
    for test in databases().await {
        let mut tx = test.db.read().await.unwrap();
        let setting = Setting::at(&mut tx, NOW).await.unwrap();
        let day = NOW.to_zoned_datetime(VIETNAM).date();
        let level = availability("a", "cong", "");
        let vi = policy_text(&level, &setting, day, Some(MINUTE), Language::Vietnamese).join("\n");
        let parts = [
            "99 %",
            "30 ngày",
            "24x7",
            "7 ngày làm việc (NĐ 224/2026/NĐ-CP Điều 13)",
            "Dưới 100 lần",
            "vắng 3 lần",
            "gấp 14,4 (1 giờ + 5 phút)",
            "gấp 6 (6 giờ + 30 phút)",
            "gấp 3 (1 ngày + 2 giờ)",
            "gấp 1 (3 ngày + 6 giờ)",
            "tường lửa",
        ];
        for part in parts {
            assert!(vi.contains(part), "{part} is not in {vi}");
        }
        let slow = policy_text(&level, &setting, day, Some(10 * MINUTE), Language::Vietnamese).join("\n");
        assert!(slow.contains("gấp 14,4 (2 giờ + 30 phút, nới theo nhịp hỏi)"), "{slow}");
        let english = policy_text(&level, &setting, day, Some(MINUTE), Language::English).join("\n");
        assert!(english.contains("7 working days") && english.contains("14.4 (1 hours + 5 minutes)"), "{english}");
    }
}
