-- Sums of dossier_statistics by month, for whoever looks at a year: by unit over all procedures, and by procedure over
-- all units. A month is named by its first day, counted from 1 January 1970. Written with the daily counts.
CREATE TABLE dossier_unit_months (
    month BIGINT NOT NULL,
    unit_id TEXT COLLATE "C" NOT NULL,
    channel BIGINT NOT NULL,
    received BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    late BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    not_judged BIGINT NOT NULL,
    provisional BIGINT NOT NULL,
    supplement_asked BIGINT NOT NULL,
    supplement_more_than_once BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    stopped BIGINT NOT NULL,
    fee_due BIGINT NOT NULL,
    paid_online BIGINT NOT NULL,
    digitised BIGINT NOT NULL,
    result_electronic BIGINT NOT NULL,
    mismatch BIGINT NOT NULL,
    unproven BIGINT NOT NULL,
    illegal BIGINT NOT NULL,
    working_days BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    PRIMARY KEY (month, unit_id, channel)
);

CREATE TABLE dossier_procedure_months (
    month BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    channel BIGINT NOT NULL,
    received BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    late BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    not_judged BIGINT NOT NULL,
    provisional BIGINT NOT NULL,
    supplement_asked BIGINT NOT NULL,
    supplement_more_than_once BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    stopped BIGINT NOT NULL,
    fee_due BIGINT NOT NULL,
    paid_online BIGINT NOT NULL,
    digitised BIGINT NOT NULL,
    result_electronic BIGINT NOT NULL,
    mismatch BIGINT NOT NULL,
    unproven BIGINT NOT NULL,
    illegal BIGINT NOT NULL,
    working_days BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    PRIMARY KEY (month, code, channel)
);
INSERT INTO dossier_unit_months
SELECT (date_trunc('month', DATE '1970-01-01' + CAST(s.day AS INTEGER))::DATE - DATE '1970-01-01'), g.unit_id, g.channel,
       SUM(s.received), SUM(s.finished), SUM(s.on_time), SUM(s.late), SUM(s.pending), SUM(s.not_judged),
       SUM(s.provisional), SUM(s.supplement_asked), SUM(s.supplement_more_than_once), SUM(s.refused),
       SUM(s.withdrawn), SUM(s.stopped), SUM(s.fee_due), SUM(s.paid_online), SUM(s.digitised),
       SUM(s.result_electronic), SUM(s.mismatch), SUM(s.unproven), SUM(s.illegal), SUM(s.working_days),
       SUM(s.minutes)
FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id
GROUP BY 1, 2, 3;
INSERT INTO dossier_procedure_months
SELECT (date_trunc('month', DATE '1970-01-01' + CAST(s.day AS INTEGER))::DATE - DATE '1970-01-01'), g.code, g.channel,
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
    figure       TEXT COLLATE "C" NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    valid_from   TEXT COLLATE "C" NOT NULL,
    due          TEXT COLLATE "C",
    value        BIGINT NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (figure, code, valid_from)
);
INSERT INTO targets (figure, code, valid_from, due, value, source) VALUES
    ('full_service', 'cps_full_eligible', '2025-01-01', '2027-12-31', 10000, 'QĐ 2629/QĐ-TTg: 100 % thủ tục đủ điều kiện toàn trình, 2025-2027'),
    ('online_dossiers', 'nq57_online_use', '2024-12-22', '2030-12-31', 8000, 'NQ 57-NQ/TW: trên 80 % sử dụng dịch vụ công trực tuyến đến năm 2030'),
    ('satisfaction', 'cps_satisfaction', '2025-01-01', '2027-12-31', 9500, 'QĐ 2629/QĐ-TTg: 95 % đến năm 2027'),
    ('satisfaction', 'cps_satisfaction', '2028-01-01', '2030-12-31', 9900, 'QĐ 2629/QĐ-TTg: 99 % đến năm 2030'),
    ('proactive', 'cps_proactive_ai', '2028-01-01', '2030-12-31', 5000, 'QĐ 2629/QĐ-TTg: 50 % dịch vụ thiết yếu chủ động, cá nhân hóa, 2028-2030'),
    ('digitised', 'cps_digitised', '2028-01-01', '2030-12-31', 10000, 'QĐ 2629/QĐ-TTg: 100 % hồ sơ, kết quả số hóa, 2028-2030'),
    ('time_cut', 'cut_2026', '2026-01-01', '2026-12-31', 5000, 'CV 282/TTg-TKBT: giảm 50 % thời gian so với năm 2024'),
    ('cost_cut', 'cut_2026', '2026-01-01', '2026-12-31', 5000, 'CV 282/TTg-TKBT: giảm 50 % chi phí tuân thủ so với năm 2024');
