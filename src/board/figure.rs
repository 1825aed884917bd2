//! The figures of the board: what each is called, what it counts, on which law it rests, what it leaves out.

use super::model::Unit;
use crate::monitor::dossier::counts::{Count, Counts};

/// A figure of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FigureCode {
    /// Procedures that are verified end to end (NĐ 224/2026 Đ19.2.a).
    FullService,
    /// Procedures that are claimed end to end, verified or not.
    Claimed,
    /// Dossiers that came online (Đ19.2.b).
    OnlineDossiers,
    /// Dossiers of verified procedures that came online (Đ19.2.b).
    FullOnlineDossiers,
    /// Steps that are automated (Đ19.2.c).
    Automation,
    /// Mean handling time (Đ19.2.d).
    HandlingTime,
    /// Dossiers ended in time (Đ19.2.đ).
    OnTime,
    /// Satisfaction (Đ19.2.e).
    Satisfaction,
    /// Proactive services (Đ19.2.g).
    Proactive,
    /// Fees paid online.
    PaidOnline,
    /// Results as files.
    ElectronicResults,
    /// Dossiers with papers and result as files.
    Digitised,
    /// Time in which a service was out of order.
    Outages,
    /// What reforms have saved, as measured.
    Savings,
}

/// Where the numbers of a figure come from.
#[derive(Debug, Clone, Copy)]
pub enum Base {
    /// Verdicts on procedures.
    Verdicts,
    /// Counts of dossiers: the part may be of one channel, the whole is of all.
    Dossiers(fn(i64, &Counts) -> i64, fn(&Counts) -> i64),
    /// Dossiers and verdicts together.
    Both,
    /// Index 766 of the own province or ministry.
    Index766,
    /// Incidents.
    Incidents,
    /// Measurements of initiatives.
    Measurements,
    /// Nothing measures it yet.
    Nothing,
}

/// The channel "online" of dossiers.
const ONLINE: i64 = 2;

fn online(channel: i64, counts: &Counts) -> i64 {
    if channel == ONLINE { counts.of(Count::Received) } else { 0 }
}

impl FigureCode {
    /// Every figure, those of NĐ 224/2026 first, in the order of its letters.
    pub const ALL: [Self; 14] = [
        Self::FullService,
        Self::Claimed,
        Self::OnlineDossiers,
        Self::FullOnlineDossiers,
        Self::Automation,
        Self::HandlingTime,
        Self::OnTime,
        Self::Satisfaction,
        Self::Proactive,
        Self::PaidOnline,
        Self::ElectronicResults,
        Self::Digitised,
        Self::Outages,
        Self::Savings,
    ];

    /// The six at the head of the board.
    pub const KEY: [Self; 6] =
        [Self::FullService, Self::OnlineDossiers, Self::OnTime, Self::Satisfaction, Self::Outages, Self::Savings];

    /// The word in addresses and tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FullService => "full_service",
            Self::Claimed => "claimed",
            Self::OnlineDossiers => "online_dossiers",
            Self::FullOnlineDossiers => "full_online_dossiers",
            Self::Automation => "automation",
            Self::HandlingTime => "handling_time",
            Self::OnTime => "on_time",
            Self::Satisfaction => "satisfaction",
            Self::Proactive => "proactive",
            Self::PaidOnline => "paid_online",
            Self::ElectronicResults => "electronic_results",
            Self::Digitised => "digitised",
            Self::Outages => "outages",
            Self::Savings => "savings",
        }
    }

    /// Reads [`FigureCode::code`].
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.code() == code)
    }

    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullService => "Toàn trình đã kiểm chứng",
            Self::Claimed => "Toàn trình theo công bố và bằng chứng",
            Self::OnlineDossiers => "Hồ sơ trực tuyến",
            Self::FullOnlineDossiers => "Hồ sơ trực tuyến của dịch vụ toàn trình",
            Self::Automation => "Tự động hóa quy trình",
            Self::HandlingTime => "Thời gian giải quyết trung bình",
            Self::OnTime => "Giải quyết đúng hạn",
            Self::Satisfaction => "Mức độ hài lòng",
            Self::Proactive => "Dịch vụ chủ động",
            Self::PaidOnline => "Thanh toán trực tuyến",
            Self::ElectronicResults => "Kết quả điện tử",
            Self::Digitised => "Số hóa hồ sơ, kết quả",
            Self::Outages => "Gián đoạn dịch vụ",
            Self::Savings => "Tiết kiệm đã đo được",
        }
    }

    /// The provision that asks for it; empty where none does.
    #[must_use]
    pub const fn law(self) -> &'static str {
        match self {
            Self::FullService => "NĐ 224/2026 Đ19.2.a",
            Self::OnlineDossiers | Self::FullOnlineDossiers => "NĐ 224/2026 Đ19.2.b",
            Self::Automation => "NĐ 224/2026 Đ19.2.c",
            Self::HandlingTime => "NĐ 224/2026 Đ19.2.d",
            Self::OnTime => "NĐ 224/2026 Đ19.2.đ",
            Self::Satisfaction => "NĐ 224/2026 Đ19.2.e",
            Self::Proactive => "NĐ 224/2026 Đ19.2.g",
            _ => "",
        }
    }

    /// In what it is measured.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::HandlingTime => Unit::WorkingDays,
            Self::Outages => Unit::Minutes,
            Self::Savings => Unit::Dong,
            _ => Unit::Share,
        }
    }

    /// Whether more is better.
    #[must_use]
    pub const fn more_is_better(self) -> bool {
        !matches!(self, Self::HandlingTime | Self::Outages)
    }

    /// What it is counted from.
    #[must_use]
    pub fn base(self) -> Base {
        match self {
            Self::FullService | Self::Claimed | Self::Proactive => Base::Verdicts,
            Self::FullOnlineDossiers => Base::Both,
            Self::OnlineDossiers => Base::Dossiers(online, |all| all.of(Count::Received)),
            Self::OnTime => Base::Dossiers(
                |_, counts| counts.of(Count::OnTime),
                // The period is over, so what was due in it and has not ended is late.
                |all| all.of(Count::OnTime) + all.of(Count::Late) + all.of(Count::Pending),
            ),
            Self::HandlingTime => Base::Dossiers(|_, counts| counts.working_days(), |all| all.of(Count::Finished)),
            Self::PaidOnline => Base::Dossiers(|_, counts| counts.of(Count::PaidOnline), |all| all.of(Count::FeeDue)),
            Self::ElectronicResults => {
                Base::Dossiers(|_, counts| counts.of(Count::ResultElectronic), |all| all.of(Count::Finished))
            }
            Self::Digitised => Base::Dossiers(|_, counts| counts.of(Count::Digitised), |all| all.of(Count::Finished)),
            Self::Satisfaction => Base::Index766,
            Self::Outages => Base::Incidents,
            Self::Savings => Base::Measurements,
            Self::Automation => Base::Nothing,
        }
    }

    /// How it is computed.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        match self {
            Self::FullService => {
                "thủ tục công khai được kiểm chứng toàn trình ÷ thủ tục công khai đã đánh giá, tại cuối kỳ"
            }
            Self::Claimed => {
                "thủ tục mà mọi điểm áp dụng đều đạt theo bằng chứng còn hạn ÷ thủ tục công khai đã đánh giá, tại cuối kỳ"
            }
            Self::OnlineDossiers => "hồ sơ tiếp nhận qua kênh trực tuyến ÷ hồ sơ tiếp nhận mọi kênh",
            Self::FullOnlineDossiers => {
                "hồ sơ trực tuyến của thủ tục đã kiểm chứng toàn trình cuối kỳ ÷ hồ sơ tiếp nhận mọi kênh"
            }
            Self::Automation => "bước tự động ÷ số bước của quy trình",
            Self::HandlingTime => "tổng ngày làm việc giải quyết ÷ hồ sơ đã giải quyết xong",
            Self::OnTime => "hồ sơ xong trong hạn ÷ (hồ sơ xong trong hạn + quá hạn + đến hạn trong kỳ mà chưa xong)",
            Self::Satisfaction => "tử số ÷ mẫu số của chỉ số 5.4 trong Bộ chỉ số 766",
            Self::Proactive => {
                "thủ tục đạt điểm Q2 (dịch vụ chủ động) ÷ thủ tục áp dụng Q2 đã có kết luận, tại cuối kỳ"
            }
            Self::PaidOnline => "hồ sơ nộp phí, lệ phí trực tuyến ÷ hồ sơ phải nộp phí, lệ phí",
            Self::ElectronicResults => "hồ sơ có kết quả điện tử ÷ hồ sơ đã giải quyết xong",
            Self::Digitised => "hồ sơ có cả thành phần và kết quả là tệp ÷ hồ sơ đã giải quyết xong",
            Self::Outages => {
                "tổng số phút của các sự cố trong kỳ, mỗi sự cố tính một lần; không gồm bảo trì có kế hoạch"
            }
            Self::Savings => {
                "tổng tiết kiệm một năm của các biện pháp đã đo lại, theo phương pháp chi phí tuân thủ của luật"
            }
        }
    }

    /// What is left out.
    #[must_use]
    pub const fn left_out(self) -> &'static str {
        match self {
            Self::FullService | Self::Claimed | Self::Proactive => {
                "thủ tục nội bộ, thủ tục đã bãi bỏ; điểm chưa rõ không tính là đạt"
            }
            Self::OnTime => "hồ sơ không có hạn và không đọc được thời hạn của thủ tục",
            Self::Satisfaction => "kỳ mà cổng không giao tử số và mẫu số",
            Self::Outages => "lỗi của mạng phía đo, tường lửa chặn phép đo",
            Self::Savings => {
                "biện pháp chưa đo lại, biện pháp quy đổi từ thời hạn của cơ quan (không cộng chung hai phương pháp)"
            }
            Self::Automation => "chưa có nguồn nào đo số bước tự động",
            _ => "bản ghi hồ sơ không đọc được (xem báo cáo nhập)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_figures_are_read_back_and_no_two_are_alike() {
        for figure in FigureCode::ALL {
            assert_eq!(FigureCode::parse(figure.code()), Some(figure));
        }
        assert_eq!(FigureCode::parse("none"), None);
    }
}
