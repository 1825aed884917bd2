-- Index 766 (Decision 766/QĐ-TTg of 23 June 2022): its rules are dated rows, its figures are kept as they were read.
-- Points and percentages of rules are hundredths, so that they add up exactly.
CREATE TABLE indicator_groups (
    code           TEXT NOT NULL,
    number         TEXT NOT NULL,
    name           TEXT NOT NULL,
    max_hundredths INTEGER NOT NULL,
    shown_with     TEXT,
    valid_from     TEXT NOT NULL,
    valid_to       TEXT,
    source         TEXT NOT NULL,
    PRIMARY KEY (code, valid_from)
) STRICT;
INSERT INTO indicator_groups (code, number, name, max_hundredths, shown_with, valid_from, source) VALUES
    ('CKMB', '1', 'Công khai, minh bạch', 1800, NULL, '2022-06-23', 'QĐ 766/QĐ-TTg; mã của Cổng'),
    ('TDGQ', '2', 'Tiến độ, kết quả giải quyết', 2000, NULL, '2022-06-23', 'QĐ 766/QĐ-TTg; mã của Cổng'),
    ('CLGQ', '3a', 'Dịch vụ công trực tuyến', 1200, 'ONLINE_SERVICE', '2022-06-23', 'QĐ 766/QĐ-TTg nhóm 3 (22 điểm), Cổng tách 12 + 10'),
    ('TTTT', '3b', 'Thanh toán trực tuyến', 1000, 'ONLINE_SERVICE', '2022-06-23', 'QĐ 766/QĐ-TTg nhóm 3 (22 điểm), Cổng tách 12 + 10'),
    ('MDSH', '4', 'Số hóa hồ sơ', 2200, NULL, '2022-06-23', 'QĐ 766/QĐ-TTg; mã của Cổng'),
    ('MDHL', '5', 'Mức độ hài lòng', 1800, NULL, '2022-06-23', 'QĐ 766/QĐ-TTg; mã của Cổng');

-- `rule`: 'ratio' is scored by numerator and denominator; 'published' has no known formula, the portal's score stands;
-- 'watched' is shown without points; 'declared' is announced but not delivered yet. Fields that are added stand with '+'.
CREATE TABLE indicator_formulas (
    code              TEXT NOT NULL,
    formula_version   TEXT NOT NULL,
    group_code        TEXT NOT NULL,
    number            TEXT NOT NULL,
    name              TEXT NOT NULL,
    rule              TEXT NOT NULL CHECK (rule IN ('ratio', 'published', 'watched', 'declared')),
    numerator         TEXT NOT NULL,
    denominator       TEXT NOT NULL,
    target_hundredths INTEGER,
    max_hundredths    INTEGER NOT NULL,
    valid_from        TEXT NOT NULL,
    valid_to          TEXT,
    source            TEXT NOT NULL,
    PRIMARY KEY (code, formula_version)
) STRICT;
INSERT INTO indicator_formulas
    (code, formula_version, group_code, number, name, rule, numerator, denominator, target_hundredths, max_hundredths, valid_from, source) VALUES
    ('PUBLISH_ON_TIME', '766-2026.1', 'CKMB', '1.1', 'Thủ tục được công bố đúng hạn', 'ratio', 'numerator', 'denominator', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('PUBLIC_UPDATE_ON_TIME', '766-2026.1', 'CKMB', '1.2', 'Thủ tục được cập nhật, công khai đúng hạn', 'ratio', 'numerator', 'denominator', NULL, 400, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('PUBLIC_CONTENT_FULL', '766-2026.1', 'CKMB', '1.3', 'Thủ tục được công khai đủ nội dung', 'ratio', 'numerator', 'denominator', NULL, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('DOSSIER_SYNC', '766-2026.1', 'CKMB', '1.4', 'Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia', 'ratio', 'numerator', 'denominator', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('DOSSIER_ON_TIME', '766-2026.1', 'TDGQ', '2.1', 'Hồ sơ giải quyết đúng hạn', 'ratio', 'totalOnTime', 'totalReceived', NULL, 2000, '2026-01-01', 'bản mô tả công thức 766 lưu hành; khớp điểm Cổng'),
    ('AVERAGE_PROCESSING_DAYS', '766-2026.1', 'TDGQ', '2.2', 'Thời gian giải quyết trung bình (ngày)', 'watched', 'avgProcessingDays', '', NULL, 0, '2026-01-01', 'bản mô tả công thức 766 lưu hành'),
    ('SERVICE_PROVIDED', '766-2026.1', 'CLGQ', '3.1', 'Thủ tục có dịch vụ công trực tuyến', 'ratio', 'partialCount+fullCount', 'authorityCount', 8000, 200, '2026-01-01', 'trọng số 2/4/6 tái lập được điểm Cổng'),
    ('SERVICE_USED', '766-2026.1', 'CLGQ', '3.2', 'Dịch vụ công trực tuyến phát sinh hồ sơ', 'ratio', 'onlineDossierCount', 'onlineServiceTotal', 10000, 400, '2026-01-01', 'trọng số 2/4/6 tái lập được điểm Cổng'),
    ('DOSSIER_ONLINE', '766-2026.1', 'CLGQ', '3.3', 'Hồ sơ trực tuyến', 'ratio', 'channelOnlineSum', 'channelTotalSum', 5000, 600, '2026-01-01', 'trọng số 2/4/6 tái lập được điểm Cổng'),
    ('FEE_PROCEDURE_USED', '766-2026.1', 'TTTT', '3.5', 'Thủ tục có phí phát sinh giao dịch', 'ratio', 'totalFeeDossierFormality', 'totalFeeFormality', 8000, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành (có chỗ ghi bỏ thống kê); khớp điểm Cổng'),
    ('FEE_PROCEDURE_PAID_ONLINE', '766-2026.1', 'TTTT', '3.5b', 'Thủ tục có hồ sơ thanh toán trực tuyến', 'ratio', 'totalDossierOnlineFormalityPaymentSuccess', 'totalFeeDossierFormalityDistinct', 8000, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành; khớp điểm Cổng'),
    ('DOSSIER_PAID_ONLINE', '766-2026.1', 'TTTT', '3.6', 'Hồ sơ thanh toán trực tuyến', 'ratio', 'totalDossierOnlinePaymentSuccess', 'totalDossierFinancialObligation', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; khớp điểm Cổng'),
    ('ORIGINAL_RESULT_AVAILABLE', '766-2026.1', 'MDSH', '4.1', 'Hồ sơ có kết quả điện tử', 'ratio', 'numerator', 'denominator', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('SO_HOA_GIAY_TO_GIAI_QUYET', '766-2026.1', 'MDSH', '4.2', 'Số hóa hồ sơ, giấy tờ', 'ratio', 'numerator', 'denominator', 8000, 400, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('ELECTRONIC_CERTIFIED_COPY', '766-2026.1', 'MDSH', '4.2b', 'Chứng thực bản sao điện tử', 'published', 'numerator', 'denominator', NULL, 200, '2026-01-01', 'không tìm thấy công thức: lấy điểm của Cổng'),
    ('REUSED_DIGITIZED_DATA', '766-2026.1', 'MDSH', '4.3', 'Khai thác, sử dụng lại thông tin đã số hóa', 'ratio', 'numerator', 'denominator', 8000, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('SYNCED_WITH_DVCQG_PERSONAL_STORAGE', '766-2026.1', 'MDSH', '4.4', 'Đồng bộ với kho dữ liệu cá nhân', 'ratio', 'numerator', 'denominator', NULL, 400, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('CITIZEN_DATA_CONNECTED_FORMALITY', '766-2026.1', 'MDSH', '4.5a', 'Thủ tục kết nối cơ sở dữ liệu dân cư', 'ratio', 'numerator', 'denominator', NULL, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('CITIZEN_DATA_CONNECTED_DOSSIER', '766-2026.1', 'MDSH', '4.5b', 'Hồ sơ kết nối cơ sở dữ liệu dân cư', 'ratio', 'numerator', 'denominator', NULL, 200, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('PETITION_PROCESSING_ON_TIME', '766-2026.1', 'MDHL', '5.2', 'Phản ánh, kiến nghị xử lý đúng hạn', 'ratio', 'numerator', 'denominator', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành (đoạn 5.2 hỏng chữ); điểm tối đa của Cổng'),
    ('PETITION_HANDLING_SATISFACTION', '766-2026.1', 'MDHL', '5.3', 'Hài lòng về xử lý phản ánh, kiến nghị', 'ratio', 'numerator', 'denominator', NULL, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('DOSSIER_RECEIVING_SATISFACTION', '766-2026.1', 'MDHL', '5.4', 'Hài lòng về giải quyết thủ tục', 'ratio', 'numerator', 'denominator', 9000, 600, '2026-01-01', 'bản mô tả công thức 766 lưu hành; điểm tối đa của Cổng'),
    ('PETITION_CLASSIFICATION_TTHC', '766-2026.1', 'MDHL', '5.1a', 'Phân loại phản ánh, kiến nghị theo thủ tục', 'watched', 'numerator', 'denominator', NULL, 0, '2026-01-01', 'Cổng chỉ theo dõi'),
    ('PETITION_CLASSIFICATION_STAFF', '766-2026.1', 'MDHL', '5.1b', 'Phân loại phản ánh, kiến nghị theo cán bộ', 'watched', 'numerator', 'denominator', NULL, 0, '2026-01-01', 'Cổng chỉ theo dõi'),
    ('FULL_SERVICE_PROCEDURE', '766-2026.1', 'CLGQ', '3.x1', 'Dịch vụ toàn trình trên thủ tục đủ điều kiện', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai, chưa trả tử số và mẫu số'),
    ('FULL_SERVICE_DOSSIER', '766-2026.1', 'CLGQ', '3.x2', 'Hồ sơ toàn trình trên hồ sơ của thủ tục đủ điều kiện', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai 12 điểm, chưa trả tử số và mẫu số'),
    ('SERVICE_OFFERED_SHARE', '766-2026.1', 'CLGQ', '3.x3', 'Tỷ lệ thủ tục cung cấp trực tuyến', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai, chưa chấm'),
    ('PROACTIVE_SERVICE_SHARE', '766-2026.1', 'CLGQ', '3.x4', 'Tỷ lệ thủ tục có dịch vụ chủ động theo cấp độ', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai, chưa chấm'),
    ('PROACTIVE_DOSSIER_SHARE', '766-2026.1', 'CLGQ', '3.x5', 'Tỷ lệ hồ sơ của dịch vụ chủ động theo cấp độ', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai, chưa chấm'),
    ('DOSSIER_BY_CHANNEL', '766-2026.1', 'CLGQ', '3.x6', 'Hồ sơ theo kênh nộp', 'declared', '', '', NULL, 0, '2026-01-01', 'Cổng đã khai, chưa chấm');

-- A score is of the band with the highest floor that it reaches.
CREATE TABLE indicator_bands (
    code             TEXT NOT NULL,
    name             TEXT NOT NULL,
    least_hundredths INTEGER NOT NULL,
    valid_from       TEXT NOT NULL,
    valid_to         TEXT,
    source           TEXT NOT NULL,
    PRIMARY KEY (code, valid_from)
) STRICT;
INSERT INTO indicator_bands (code, name, least_hundredths, valid_from, source) VALUES
    ('excellent', 'Xuất sắc', 9000, '2022-06-23', 'năm nhãn thấy trên các bảng điểm; điều khoản chưa đọc được'),
    ('good', 'Tốt', 8000, '2022-06-23', 'năm nhãn thấy trên các bảng điểm; điều khoản chưa đọc được'),
    ('fair', 'Khá', 7000, '2022-06-23', 'năm nhãn thấy trên các bảng điểm; điều khoản chưa đọc được'),
    ('average', 'Trung bình', 5000, '2022-06-23', 'năm nhãn thấy trên các bảng điểm; điều khoản chưa đọc được'),
    ('weak', 'Yếu', 0, '2022-06-23', 'năm nhãn thấy trên các bảng điểm; điều khoản chưa đọc được');

-- Days at which a series began to be measured in another way: no line is drawn across them.
CREATE TABLE series_breaks (
    series TEXT NOT NULL,
    day    TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (series, day)
) STRICT;
INSERT INTO series_breaks (series, day, reason, source) VALUES
    ('index766', '2026-01-01', 'Cổng mới, nguồn số liệu mới, mẫu số tạm: điểm từ năm 2026 không so được với điểm của Cổng cũ',
     'trung vị tháng 10/2025 khoảng 86 điểm, năm 2026 khoảng 57 đến 62');

-- Units as the portal knows them, by its own id: names drift, ids and codes stay.
CREATE TABLE portal_departments (
    id            TEXT PRIMARY KEY,
    code          TEXT NOT NULL,
    name          TEXT NOT NULL,
    level         TEXT NOT NULL,
    parent_id     TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX portal_departments_by_code ON portal_departments (code);

CREATE TABLE portal_department_names (
    department_id TEXT NOT NULL REFERENCES portal_departments (id),
    name          TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (department_id, name)
) STRICT;

-- The portal's ids of procedures, also of those that left its public list.
CREATE TABLE portal_formalities (
    id            TEXT PRIMARY KEY,
    code          TEXT NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    department_id TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX portal_formalities_by_code ON portal_formalities (code);

CREATE TABLE portal_provinces (
    id            TEXT PRIMARY KEY,
    code          TEXT NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL
) STRICT;

-- Which answer said what about which period; the bytes are in `payloads`.
CREATE TABLE index766_reads (
    source         TEXT NOT NULL,
    endpoint       TEXT NOT NULL,
    period_type    TEXT NOT NULL,
    period         TEXT NOT NULL,
    department_id  TEXT NOT NULL,
    formality_id   TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL REFERENCES payloads (sha256),
    first_read_at  INTEGER NOT NULL,
    last_read_at   INTEGER NOT NULL,
    PRIMARY KEY (source, endpoint, period_type, period, department_id, formality_id, payload_sha256)
) STRICT;

-- One figure as it was delivered. Rows are added, never altered but for the time at which a later revision took over.
-- `formality_id` '' means all procedures, `department_id` '' the whole country.
CREATE TABLE index766_figures (
    source          TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    period_type     TEXT NOT NULL CHECK (period_type IN ('year', 'quarter', 'month', 'range')),
    period          TEXT NOT NULL,
    department_id   TEXT NOT NULL,
    formality_id    TEXT NOT NULL,
    code            TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('total', 'group', 'indicator', 'count', 'share')),
    department_code TEXT NOT NULL,
    formality_code  TEXT NOT NULL,
    level           TEXT NOT NULL,
    parent_id       TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('number', 'not_applicable', 'not_delivered', 'suppressed')),
    numerator       REAL,
    denominator     REAL,
    value           REAL,
    published_score REAL,
    max_score       REAL,
    data_quality    TEXT NOT NULL,
    raw_sha256      TEXT NOT NULL REFERENCES payloads (sha256),
    formula_version TEXT NOT NULL,
    fetched_at      INTEGER NOT NULL,
    superseded_at   INTEGER,
    PRIMARY KEY (source, endpoint, period_type, period, department_id, formality_id, code, revision)
) STRICT;
CREATE INDEX index766_figures_in_force ON index766_figures (period_type, period, department_id)
    WHERE superseded_at IS NULL;
CREATE INDEX index766_figures_by_formality ON index766_figures (formality_id, period_type, period)
    WHERE formality_id <> '';

-- What is known of the detail of a list item at a source; a missing one is not asked for again at once.
CREATE TABLE portal_details (
    source         TEXT NOT NULL,
    portal_id      TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('taken', 'odd', 'missing', 'failed')),
    item_sha256    TEXT NOT NULL,
    asked_at       INTEGER NOT NULL,
    PRIMARY KEY (source, portal_id)
) STRICT;

-- Each visit to a portal; the id is the import's.
CREATE TABLE harvests (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    ended       TEXT,
    report      TEXT
) STRICT;
CREATE INDEX harvests_by_source ON harvests (source, started_at);
