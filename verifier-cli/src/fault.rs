//! What the system says when something fails, in both languages; it knows English only.

use std::io::{self, ErrorKind};

use liangzheng_core::text::Text;

/// The system's reason. One that has no words here is told by its number.
pub(crate) fn told(error: &io::Error) -> Text {
    let words = match error.kind() {
        ErrorKind::NotFound => "没有这个文件",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::AlreadyExists => "已经存在",
        ErrorKind::NotADirectory => "路径中有一段不是文件夹",
        ErrorKind::IsADirectory => "是文件夹，不是文件",
        ErrorKind::ReadOnlyFilesystem => "磁盘只读",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满",
        ErrorKind::FileTooLarge => "文件过大",
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => "不是文件名",
        ErrorKind::InvalidData => "内容不是 UTF-8 文字",
        ErrorKind::UnexpectedEof => "数据在中途断开",
        ErrorKind::BrokenPipe => "接收输出的程序已退出",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::TimedOut => "超时",
        ErrorKind::ConnectionRefused => "对方拒绝连接",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "连接被中断",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => "网络不通",
        _ => "",
    };
    let chinese = match (words, error.raw_os_error()) {
        ("", Some(number)) => format!("系统错误 {number}"),
        ("", None) => "读写出错".to_owned(),
        (words, _) => words.to_owned(),
    };
    Text::new(chinese, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_english_is_left_in_chinese() {
        for number in 1..=133 {
            let Text { zh, .. } = told(&io::Error::from_raw_os_error(number));
            let is_number = zh.strip_prefix("系统错误 ").is_some_and(|rest| rest == number.to_string());
            assert!(
                is_number || !zh.contains(|c: char| c.is_ascii_alphabetic()) || zh.contains("UTF-8"),
                "{zh}"
            );
        }
        assert_eq!(told(&io::Error::other("broken")).zh, "读写出错");
        assert_eq!(told(&io::Error::from_raw_os_error(28)).zh, "磁盘已满");
    }
}
