//! Writes a dossier as a `HoSoDongBoDVC` record, its fields in the order of DOMAIN.md 5.3.

use super::applicant::Applicant;
use super::life::{Dossier, Request};
use super::plan::Entry;
use super::time::{Days, digits, push};

/// The province of the one-stop system.
const AGENCY: &str = "H31.";

/// Writes one record after another.
#[derive(Debug)]
pub struct Writer<'a> {
    /// Where it writes.
    pub out: &'a mut String,
    /// Days, ready to be written.
    pub days: &'a Days,
}

impl Writer<'_> {
    /// Writes a record without a line end.
    pub fn record(&mut self, d: &Dossier, entry: &Entry, applicant: &Applicant) {
        self.raw("{\"MaHoSo\":\"");
        self.code(d);
        self.next("MaTTHC", &entry.code);
        self.next("TenTTHC", &entry.name);
        self.next("MaLinhVuc", &entry.field_code);
        self.next("TenLinhVuc", &entry.field);
        self.raw("\",\"KenhThucHien\":");
        self.raw(["null,", "\"1\",", "\"2\",", "\"3\","][usize::from(d.channel.min(3))]);
        self.applicant(d, applicant);
        self.course(d, applicant);
        self.raw("\",\"TaiLieuNop\":[");
        self.components(d);
        self.raw("],\"DanhSachLePhi\":[");
        self.fee(d, entry);
        self.raw("],\"DanhSachTepDinhKemKhac\":[");
        if d.number.is_multiple_of(11) {
            self.raw("{\"TenGiayTo\":\"Giấy tờ khác\",\"SoLuong\":1,\"LoaiGiayTo\":2}");
        }
        self.raw("],\"DanhSachHoSoBoSung\":[");
        for (place, request) in d.requests.iter().enumerate() {
            if place > 0 {
                self.raw(",");
            }
            self.request(d, request, applicant);
        }
        self.raw("],\"DanhSachGiayToKetQua\":[");
        self.result(d);
        self.tail(d, applicant);
    }

    /// From reception to the remark.
    fn course(&mut self, d: &Dossier, applicant: &Applicant) {
        self.raw("\",\"NgayTiepNhan\":\"");
        self.time(d.received);
        self.raw("\",\"NgayHenTra\":\"");
        self.time(d.due);
        self.raw("\",\"TrangThaiHoSo\":\"");
        self.small(d.state_sent);
        self.raw("\",\"NgayTra\":\"");
        self.time(d.returned);
        self.raw("\",\"ThongTinTra\":\"\",\"HinhThuc\":\"0\",\"NgayKetThucXuLy\":\"");
        self.time(d.ended_sent);
        self.raw(if d.unit < 100 {
            "\",\"DonViXuLy\":\"Sở mô phỏng "
        } else {
            "\",\"DonViXuLy\":\"UBND xã mô phỏng "
        });
        self.unit(d.unit);
        self.raw("\",\"GhiChu\":\"");
        if d.number.is_multiple_of(7) {
            self.raw("Gọi ");
            applicant.write_name(self.out);
            self.raw(" theo số ");
            applicant.write_phone(self.out);
        }
    }

    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Ends a text field and writes the next one up to its closing quote.
    fn next(&mut self, name: &str, value: &str) {
        for part in ["\",\"", name, "\":\"", value] {
            self.raw(part);
        }
    }

    fn small(&mut self, number: u8) {
        if number >= 10 {
            self.out.push(char::from(b'0' + number / 10));
        }
        self.out.push(char::from(b'0' + number % 10));
    }

    fn unit(&mut self, unit: u32) {
        let text: [u8; 3] = digits(i64::from(unit));
        let start = if unit >= 100 {
            0
        } else if unit >= 10 {
            1
        } else {
            2
        };
        push(&text[start..], self.out);
    }

    /// A whole number.
    fn number(&mut self, number: u64) {
        let text: [u8; 20] = digits(i64::try_from(number).unwrap_or(i64::MAX));
        let start = text.iter().position(|d| *d != b'0').unwrap_or(19);
        push(&text[start..], self.out);
    }

    fn time(&mut self, instant: Option<i64>) {
        if let Some(instant) = instant {
            self.days.write(instant, self.out);
        }
    }

    /// The code of DOMAIN.md 6.3: unit, day of reception or else submission, serial.
    fn code(&mut self, d: &Dossier) {
        self.raw(AGENCY);
        self.unit(d.unit);
        self.raw("-");
        self.days.write_short(d.received.unwrap_or(d.submitted), self.out);
        self.raw("-");
        if d.number < 999 {
            push(&digits::<4>(i64::try_from(d.number).unwrap_or(0) + 1), self.out);
        } else {
            self.number(d.number + 1);
        }
    }

    fn applicant(&mut self, d: &Dossier, applicant: &Applicant) {
        self.raw("\"SoGiayToChuHoSo\":\"");
        applicant.write_identity_number(self.out);
        self.raw("\",\"ChuHoSo\":\"");
        applicant.write_name(self.out);
        let company = d.number.is_multiple_of(5);
        self.raw(if company { "\",\"LoaiDoiTuong\":\"2" } else { "\",\"LoaiDoiTuong\":\"1" });
        self.raw("\",\"MaDoiTuong\":\"\",\"ThongTinKhac\":\"Địa chỉ không có thật, liên hệ ");
        applicant.write_phone(self.out);
        self.raw("\",\"Email\":\"");
        applicant.write_email(self.out);
        self.raw("\",\"Fax\":\"\",\"SoDienThoai\":\"");
        applicant.write_phone(self.out);
        self.raw("\",\"TrichYeuHoSo\":\"Hồ sơ của ");
        applicant.write_name(self.out);
    }

    fn components(&mut self, d: &Dossier) {
        for place in 0..=d.number % 3 {
            if place > 0 {
                self.raw(",");
            }
            self.raw("{\"TepDinhKemId\":\"");
            self.number(d.number * 3 + place);
            self.raw("\",\"TenTepDinhKem\":\"giay-to.pdf\",\"IsDeleted\":\"False\",\"MaThanhPhanHoSo\":\"KQ.G00.00000");
            self.number(place + 1);
            let digitised = d.digitised && place == 0;
            self.raw(if digitised {
                "\",\"DuongDanTaiTepTin\":\"https://tep.example.invalid/nop\",\"DuocSoHoa\":\"1"
            } else {
                "\",\"DuongDanTaiTepTin\":\"\",\"DuocSoHoa\":\"0"
            });
            self.raw(if digitised && d.number.is_multiple_of(4) {
                "\",\"DuocTaiSuDung\":\"1"
            } else {
                "\",\"DuocTaiSuDung\":\"0"
            });
            self.raw(if digitised && d.confirmed_account && d.number.is_multiple_of(3) {
                "\",\"DuocLayTuKhoDMQG\":\"1"
            } else {
                "\",\"DuocLayTuKhoDMQG\":\"0"
            });
            self.raw("\",\"MaKetQuaThayThe\":\"\"}");
        }
    }

    fn fee(&mut self, d: &Dossier, entry: &Entry) {
        let Some(fee) = d.fee else { return };
        self.raw("{\"TenPhiLePhi\":\"Lệ phí\",\"MaPhiLePhi\":\"LP.");
        self.raw(&entry.code);
        self.raw("\",\"HinhThucThu\":\"1\",\"Gia\":\"");
        self.number(u64::from(fee));
        self.raw("\",\"LoaiPhiLePhi\":\"2\"}");
    }

    /// The one part whose values are typed: a number, dates, a truth value.
    fn request(&mut self, d: &Dossier, request: &Request, applicant: &Applicant) {
        self.raw("{\"HoSoBoSungId\":");
        self.number(d.number + 1);
        self.raw(",\"NguoiYeuCauBoSung\":\"Cán bộ bịa đặt\",\"NoiDungBoSung\":\"Đề nghị ");
        applicant.write_name(self.out);
        self.raw(" nộp thêm bản sao\"");
        self.date("NgayBoSung", Some(request.asked));
        self.raw(",\"NguoiTiepNhanBoSung\":\"\",\"ThongTinTiepNhan\":\"\"");
        self.date("NgayTiepNhanBoSung", request.answered);
        self.raw(if request.answered.is_some() { ",\"TrangThaiBoSung\":true" } else { ",\"TrangThaiBoSung\":false" });
        self.raw(",\"DanhSachGiayToBoSung\":[],\"DanhSachLePhiBoSung\":[]");
        self.date("NgayHenTraTruoc", request.due_before);
        self.date("NgayHenTraMoi", request.due_after);
        self.raw("}");
    }

    fn date(&mut self, name: &str, instant: Option<i64>) {
        for part in [",\"", name, "\":"] {
            self.raw(part);
        }
        let Some(instant) = instant else { return self.raw("null") };
        self.raw("\"");
        self.days.write_iso(instant, self.out);
        self.raw("\"");
    }

    fn result(&mut self, d: &Dossier) {
        if !d.result_file {
            return;
        }
        self.raw("{\"TenGiayTo\":\"Kết quả giải quyết\",\"MaThanhPhanHoSo\":\"\",\"GiayToId\":\"");
        self.number(d.number + 1);
        self.raw(
            "\",\"DuongDanTepTinKetQua\":\"https://tep.example.invalid/ket-qua\",\"MaGiayToKetQua\":\"KQ.G00.000009\"}",
        );
    }

    fn tail(&mut self, d: &Dossier, applicant: &Applicant) {
        let flag = |set: bool| if set { "1" } else { "0" };
        self.raw("],\"NoiNopHoSo\":\"");
        self.raw(if d.national { "1" } else { "2" });
        self.next("HoSoCoThanhPhanSoHoa", flag(d.digitised));
        self.next("TaiKhoanDuocXacThucVoiVNeID", flag(d.confirmed_account));
        self.next("DuocThanhToanTrucTuyen", ["3", "1", "2", "3"][usize::from(d.payment.min(3))]);
        self.raw("\",\"NgayTuChoi\":\"");
        self.time(d.refused);
        self.raw("\",\"DinhDanhCHS\":[{\"LoaiDinhDanh\":\"1\",\"SoDinhDanh\":\"");
        applicant.write_identity_number(self.out);
        self.raw("\"}],\"NgayNopHoSo\":\"");
        self.time(Some(d.submitted));
        self.raw(if d.confirmed_account {
            "\",\"DSKetNoiCSDL\":[{\"MaCSDL\":\"1\"}]}"
        } else {
            "\",\"DSKetNoiCSDL\":[]}"
        });
    }
}
