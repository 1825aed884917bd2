//! Canada's own inventory, counted by our profile of Canada's rule, gives Canada's published figures.

use toantrinh::assessment::model::{Point, PointValue};
use toantrinh::assessment::profile::{canada, canada_of};

use crate::support::shared;

const COLUMNS: [&str; 6] = [
    "os_account_registration",
    "os_authentication",
    "os_application",
    "os_decision",
    "os_issuance",
    "os_issue_resolution_feedback",
];

fn value(cell: &str) -> PointValue {
    match cell {
        "Y" => PointValue::Yes,
        "N" => PointValue::No,
        "NA" => PointValue::NotApplicable,
        other => panic!("`{other}` is no value of the inventory"),
    }
}

#[test]
fn the_inventory_of_2023_gives_419_of_1718_end_to_end_and_42_percent_of_points() {
    let Some(path) = shared("canada/service_inventory_2024.csv.gz") else { return };
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let mut reader = csv::Reader::from_reader(file);
    let headings = reader.headers().unwrap().clone();
    // The file opens with a byte-order mark.
    let column = |name: &str| headings.iter().position(|h| h.trim_start_matches('\u{feff}') == name).unwrap();
    let (year, scope) = (column("fiscal_yr"), column("service_scope"));
    let points = COLUMNS.map(column);
    let (mut services, mut end_to_end, mut yes, mut no, mut none) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for record in reader.records() {
        let record = record.unwrap();
        let external = record[scope].contains("EXTERN") || record[scope].contains("ENTERPRISE");
        if &record[year] != "2023-2024" || !external {
            continue;
        }
        let counted = canada_of(&points.map(|at| value(&record[at])));
        services += 1;
        end_to_end += u32::from(counted.end_to_end);
        none += u32::from(counted.yes + counted.no + counted.unknown == 0);
        yes += counted.yes;
        no += counted.no;
    }
    let of_points = f64::from(yes) / f64::from(yes + no) * 100.0;
    println!("{end_to_end} of {services} end to end, {none} with no point; {yes} yes, {no} no: {of_points:.2} %");
    assert_eq!((services, end_to_end, none), (1_718, 419, 470));
    assert_eq!(format!("{:.1}", f64::from(end_to_end) / f64::from(services) * 100.0), "24.4");
    assert_eq!(format!("{of_points:.1}"), "42.1");
}

#[test]
fn a_point_of_canada_is_no_when_one_of_ours_is_and_unknown_before_it_is_yes() {
    let mut points = [PointValue::Yes; 13];
    assert_eq!((canada(&points).end_to_end, canada(&points).yes), (true, 6));
    points[Point::P4.index()] = PointValue::Unknown;
    let open = canada(&points);
    assert_eq!((open.end_to_end, open.yes, open.unknown), (false, 5, 1));
    points[Point::P5.index()] = PointValue::No;
    let partly = canada(&points);
    assert_eq!((partly.end_to_end, partly.yes, partly.no, partly.unknown), (false, 5, 1, 0));
    assert!(!canada(&[PointValue::NotApplicable; 13]).end_to_end);
    // The fee is no point of Canada's.
    let mut unpaid = [PointValue::Yes; 13];
    unpaid[Point::P6.index()] = PointValue::No;
    assert!(canada(&unpaid).end_to_end);
}
