-- Sums of dossier_statistics by month, for whoever looks at a year: by unit over all procedures, and by procedure over
-- all units. A month is named by its first day, counted from 1 January 1970. Written with the daily counts.
CREATE TABLE dossier_unit_months (
    month INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    channel INTEGER NOT NULL,
    received INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    not_judged INTEGER NOT NULL,
    provisional INTEGER NOT NULL,
    supplement_asked INTEGER NOT NULL,
    supplement_more_than_once INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    fee_due INTEGER NOT NULL,
    paid_online INTEGER NOT NULL,
    digitised INTEGER NOT NULL,
    result_electronic INTEGER NOT NULL,
    mismatch INTEGER NOT NULL,
    unproven INTEGER NOT NULL,
    illegal INTEGER NOT NULL,
    working_days INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    PRIMARY KEY (month, unit_id, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE dossier_procedure_months (
    month INTEGER NOT NULL,
    code TEXT NOT NULL,
    channel INTEGER NOT NULL,
    received INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    not_judged INTEGER NOT NULL,
    provisional INTEGER NOT NULL,
    supplement_asked INTEGER NOT NULL,
    supplement_more_than_once INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    fee_due INTEGER NOT NULL,
    paid_online INTEGER NOT NULL,
    digitised INTEGER NOT NULL,
    result_electronic INTEGER NOT NULL,
    mismatch INTEGER NOT NULL,
    unproven INTEGER NOT NULL,
    illegal INTEGER NOT NULL,
    working_days INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    PRIMARY KEY (month, code, channel)
) STRICT, WITHOUT ROWID;
INSERT INTO dossier_unit_months
SELECT CAST(julianday(date(s.day * 86400, 'unixepoch', 'start of month')) - 2440587.5 AS INTEGER), g.unit_id, g.channel,
       SUM(s.received), SUM(s.finished), SUM(s.on_time), SUM(s.late), SUM(s.pending), SUM(s.not_judged),
       SUM(s.provisional), SUM(s.supplement_asked), SUM(s.supplement_more_than_once), SUM(s.refused),
       SUM(s.withdrawn), SUM(s.stopped), SUM(s.fee_due), SUM(s.paid_online), SUM(s.digitised),
       SUM(s.result_electronic), SUM(s.mismatch), SUM(s.unproven), SUM(s.illegal), SUM(s.working_days),
       SUM(s.minutes)
FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id
GROUP BY 1, 2, 3;
INSERT INTO dossier_procedure_months
SELECT CAST(julianday(date(s.day * 86400, 'unixepoch', 'start of month')) - 2440587.5 AS INTEGER), g.code, g.channel,
       SUM(s.received), SUM(s.finished), SUM(s.on_time), SUM(s.late), SUM(s.pending), SUM(s.not_judged),
       SUM(s.provisional), SUM(s.supplement_asked), SUM(s.supplement_more_than_once), SUM(s.refused),
       SUM(s.withdrawn), SUM(s.stopped), SUM(s.fee_due), SUM(s.paid_online), SUM(s.digitised),
       SUM(s.result_electronic), SUM(s.mismatch), SUM(s.unproven), SUM(s.illegal), SUM(s.working_days),
       SUM(s.minutes)
FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id
GROUP BY 1, 2, 3;

-- The history of verdicts over all units, for trends.
CREATE INDEX assessments_whole ON assessments (code, valid_from) WHERE unit_id = '';

-- What figures of the board are to reach, in hundredths of a percent. The row with the latest `valid_from` that has come
-- is in force for its figure; `due` is the last day by which it is to be reached, NULL where the source names none.
CREATE TABLE targets (
    figure       TEXT NOT NULL,
    code         TEXT NOT NULL,
    valid_from   TEXT NOT NULL,
    due          TEXT,
    value        INTEGER NOT NULL,
    source       TEXT NOT NULL,
    PRIMARY KEY (figure, code, valid_from)
) STRICT;
INSERT INTO targets (figure, code, valid_from, due, value, source) VALUES
    ('full_service', 'cps_full_eligible', '2025-01-01', '2027-12-31', 10000, 'QĐ 2629/QĐ-TTg: 100 % thủ tục đủ điều kiện toàn trình, 2025-2027'),
    ('online_dossiers', 'nq57_online_use', '2024-12-22', '2030-12-31', 8000, 'NQ 57-NQ/TW: trên 80 % sử dụng dịch vụ công trực tuyến đến năm 2030'),
    ('satisfaction', 'cps_satisfaction', '2025-01-01', '2027-12-31', 9500, 'QĐ 2629/QĐ-TTg: 95 % đến năm 2027'),
    ('satisfaction', 'cps_satisfaction', '2028-01-01', '2030-12-31', 9900, 'QĐ 2629/QĐ-TTg: 99 % đến năm 2030'),
    ('proactive', 'cps_proactive_ai', '2028-01-01', '2030-12-31', 5000, 'QĐ 2629/QĐ-TTg: 50 % dịch vụ thiết yếu chủ động, cá nhân hóa, 2028-2030'),
    ('digitised', 'cps_digitised', '2028-01-01', '2030-12-31', 10000, 'QĐ 2629/QĐ-TTg: 100 % hồ sơ, kết quả số hóa, 2028-2030'),
    ('time_cut', 'cut_2026', '2026-01-01', '2026-12-31', 5000, 'CV 282/TTg-TKBT: giảm 50 % thời gian so với năm 2024'),
    ('cost_cut', 'cut_2026', '2026-01-01', '2026-12-31', 5000, 'CV 282/TTg-TKBT: giảm 50 % chi phí tuân thủ so với năm 2024');
