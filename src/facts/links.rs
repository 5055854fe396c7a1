//! Where a link leads, told from its letters alone: a number, an account, an invitation. Nothing is
//! ever opened for it, and letter case is kept, because codes of invitations depend on it.

/// Shortest and longest telephone number in a link, in digits.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// Shortest and longest public name on Telegram.
const NAME: std::ops::RangeInclusive<usize> = 4..=32;

/// First parts of a Telegram path that are no account's name.
const NOT_NAMES: &[&str] = &[
    "addemoji",
    "addstickers",
    "addtheme",
    "boost",
    "confirmphone",
    "contact",
    "giftcode",
    "invoice",
    "login",
    "proxy",
    "setlanguage",
    "share",
    "socks",
];

/// What a link leads to without a page of its own that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead<'a> {
    /// A telephone number, as E.164.
    Phone(String),
    /// A WhatsApp business link whose number only WhatsApp knows.
    WhatsappMessage(&'a str),
    /// An invitation into a WhatsApp group.
    WhatsappInvite(&'a str),
    /// An account, channel or group on Telegram.
    Telegram(&'a str),
    /// A message of a public channel on Telegram.
    TelegramPost {
        /// The channel's name.
        channel: &'a str,
        /// The message's number.
        number: u64,
    },
    /// An invitation into a closed channel or group on Telegram, or into a folder of them.
    TelegramInvite(&'a str),
    /// A message of a closed channel: its number, without a name.
    TelegramPrivate(&'a str),
}

impl<'a> Lead<'a> {
    /// Reads a link, with or without its scheme.
    pub fn of(link: &'a str) -> Option<Self> {
        let (scheme, rest) = match link.split_once("://") {
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                (scheme, rest)
            }
            _ => ("https", link),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = path.split_once('/').unwrap_or((path, ""));
        let is = |name: &str| host.eq_ignore_ascii_case(name);
        if scheme.eq_ignore_ascii_case("tg") {
            return in_app(host, query);
        }
        if scheme.eq_ignore_ascii_case("whatsapp") {
            return if is("chat") {
                code(value(query, "code")?).map(Self::WhatsappInvite)
            } else {
                phone(value(query, "phone")?).map(Self::Phone)
            };
        }
        let bare = host.get(..4).filter(|start| start.eq_ignore_ascii_case("www."));
        let host = if bare.is_some() { &host[4..] } else { host };
        let is = |name: &str| host.eq_ignore_ascii_case(name);
        if is("wa.me") || is("api.whatsapp.com") || is("web.whatsapp.com") || is("whatsapp.com") {
            if let Some(of_message) = path.strip_prefix("message/") {
                return code(of_message).map(Self::WhatsappMessage);
            }
            let number = if is("wa.me") { Some(path) } else { value(query, "phone") };
            return phone(number?).map(Self::Phone);
        }
        if is("chat.whatsapp.com") {
            return code(path.strip_prefix("invite/").unwrap_or(path)).map(Self::WhatsappInvite);
        }
        if is("t.me") || is("telegram.me") || is("telegram.dog") {
            return Self::of_telegram(path);
        }
        None
    }

    /// Reads the path of an address on Telegram.
    pub fn of_telegram(path: &'a str) -> Option<Self> {
        let mut parts = path.trim_start_matches('/').split('/').filter(|part| !part.is_empty());
        let mut first = parts.next()?;
        if first == "s" {
            first = parts.next()?;
        }
        if let Some(invitation) = first.strip_prefix('+') {
            let digits = invitation.bytes().all(|byte| byte.is_ascii_digit());
            return match phone(invitation).filter(|_| digits) {
                Some(number) => Some(Self::Phone(number)),
                None => code(invitation).map(Self::TelegramInvite),
            };
        }
        match first {
            "joinchat" | "addlist" => return code(parts.next()?).map(Self::TelegramInvite),
            "c" => return code(parts.next()?).map(Self::TelegramPrivate),
            _ => {}
        }
        let name = name(first)?;
        // A topic stands between the group's name and the message's number.
        match parts.next_back().and_then(|number| number.parse().ok()) {
            Some(number) => Some(Self::TelegramPost { channel: name, number }),
            None => Some(Self::Telegram(name)),
        }
    }

    /// The form it is kept in: E.164 for a number, `platform:name` for all else.
    pub fn contact(&self) -> String {
        match self {
            Self::Phone(number) => number.clone(),
            Self::WhatsappMessage(code) => format!("whatsapp:message/{code}"),
            Self::WhatsappInvite(code) => format!("whatsapp:chat/{code}"),
            Self::Telegram(name) | Self::TelegramPost { channel: name, .. } => {
                format!("telegram:{}", name.to_ascii_lowercase())
            }
            Self::TelegramInvite(code) => format!("telegram:+{code}"),
            Self::TelegramPrivate(number) => format!("telegram:c/{number}"),
        }
    }
}

/// `tg://resolve?domain=…` and its like.
fn in_app<'a>(command: &str, query: &'a str) -> Option<Lead<'a>> {
    let command = command.trim_end_matches('/');
    if command.eq_ignore_ascii_case("join") {
        return code(value(query, "invite")?).map(Lead::TelegramInvite);
    }
    if command.eq_ignore_ascii_case("privatepost") {
        return code(value(query, "channel")?).map(Lead::TelegramPrivate);
    }
    if !command.eq_ignore_ascii_case("resolve") {
        return None;
    }
    if let Some(number) = value(query, "phone") {
        return phone(number).map(Lead::Phone);
    }
    let channel = name(value(query, "domain")?)?;
    match value(query, "post").and_then(|number| number.parse().ok()) {
        Some(number) => Some(Lead::TelegramPost { channel, number }),
        None => Some(Lead::Telegram(channel)),
    }
}

/// The value of a key of a query, as written.
fn value<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query
        .split(['&', ';'])
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(name, value)| name.eq_ignore_ascii_case(key).then_some(value))
}

/// The E.164 form of a number in a link.
fn phone(written: &str) -> Option<String> {
    let plain = written.trim_start_matches("%2B").trim_start_matches("%2b").trim_start_matches('+');
    let digits: String = plain
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '-')
        .filter(char::is_ascii_digit)
        .collect();
    PHONE_DIGITS.contains(&digits.len()).then(|| {
        let national = digits.strip_prefix('0').map(|rest| format!("+62{rest}"));
        national.unwrap_or_else(|| format!("+{digits}"))
    })
}

/// What stands at the start and can be a code.
fn code(written: &str) -> Option<&str> {
    let end = written
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !"_-".contains(letter))
        .unwrap_or(written.len());
    written.get(..end).filter(|code| !code.is_empty())
}

/// A public name on Telegram.
fn name(written: &str) -> Option<&str> {
    let end = written
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(written.len());
    written.get(..end).filter(|name| {
        NAME.contains(&name.len())
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && !NOT_NAMES.iter().any(|other| name.eq_ignore_ascii_case(other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_links_lead() {
        let phone = |number: &str| Some(Lead::Phone(number.to_owned()));
        let post = |channel, number| Some(Lead::TelegramPost { channel, number });
        for (link, expected) in [
            ("https://wa.me/6281200000001", phone("+6281200000001")),
            ("wa.me/+6281200000001?text=Halo", phone("+6281200000001")),
            ("http://www.WA.me/081200000001", phone("+6281200000001")),
            ("wa.me/62812-0000-0001).", phone("+6281200000001")),
            ("https://wa.me/message/AbC12dEf", Some(Lead::WhatsappMessage("AbC12dEf"))),
            ("https://wa.me/c/81200000001", None),
            ("https://wa.me/1234", None),
            ("https://wa.me/", None),
            ("https://api.whatsapp.com/send?phone=%2B85500000001&text=a", phone("+85500000001")),
            (
                "https://api.whatsapp.com/send/?text=mau&phone=6281200000001",
                phone("+6281200000001"),
            ),
            ("api.whatsapp.com/message/XYZ9?src=qr", Some(Lead::WhatsappMessage("XYZ9"))),
            ("https://web.whatsapp.com/send?phone=6281200000001", phone("+6281200000001")),
            ("https://web.whatsapp.com/", None),
            ("whatsapp://send?phone=6281200000001", phone("+6281200000001")),
            ("whatsapp://chat?code=KodeUndangan1", Some(Lead::WhatsappInvite("KodeUndangan1"))),
            (
                "https://chat.whatsapp.com/KodeUndangan1",
                Some(Lead::WhatsappInvite("KodeUndangan1")),
            ),
            (
                "https://chat.whatsapp.com/invite/KodeUndangan1?x",
                Some(Lead::WhatsappInvite("KodeUndangan1")),
            ),
            ("https://t.me/loker_contoh", Some(Lead::Telegram("loker_contoh"))),
            ("t.me/Loker_Contoh?start=1", Some(Lead::Telegram("Loker_Contoh"))),
            ("https://telegram.me/s/loker_contoh?before=9", Some(Lead::Telegram("loker_contoh"))),
            ("https://t.me/loker_contoh/11", post("loker_contoh", 11)),
            ("https://t.me/loker_contoh/11?single&comment=3", post("loker_contoh", 11)),
            ("https://t.me/grup_contoh/5/77", post("grup_contoh", 77)),
            ("https://t.me/+AbCdEf_12-3", Some(Lead::TelegramInvite("AbCdEf_12-3"))),
            ("https://t.me/+6281200000001", phone("+6281200000001")),
            ("https://t.me/joinchat/AbCdEf", Some(Lead::TelegramInvite("AbCdEf"))),
            ("https://t.me/addlist/AbCdEf", Some(Lead::TelegramInvite("AbCdEf"))),
            ("https://t.me/c/1234567/89", Some(Lead::TelegramPrivate("1234567"))),
            ("https://t.me/share/url?url=https://contoh.example", None),
            ("https://t.me/", None),
            ("https://t.me/ab", None),
            ("tg://resolve?domain=loker_contoh", Some(Lead::Telegram("loker_contoh"))),
            ("tg://resolve?domain=loker_contoh&post=11", post("loker_contoh", 11)),
            ("tg://resolve?phone=6281200000001", phone("+6281200000001")),
            ("tg://join?invite=AbCdEf", Some(Lead::TelegramInvite("AbCdEf"))),
            ("tg://privatepost?channel=1234567&post=89", Some(Lead::TelegramPrivate("1234567"))),
            ("tg://settings", None),
            ("https://wa.me.contoh.example/6281200000001", None),
            ("https://contoh.example/?to=https://wa.me/6281200000001", None),
            ("https://contoh.example/wa.me/6281200000001", None),
            ("wa.me/6281200000001?text=lihat%20https://contoh.example", phone("+6281200000001")),
            ("", None),
            ("é://x", None),
            ("wwé.contoh", None),
        ] {
            assert_eq!(Lead::of(link), expected, "{link}");
        }
    }

    #[test]
    fn what_is_kept_of_a_link() {
        for (link, kept) in [
            ("wa.me/081200000001", "+6281200000001"),
            ("t.me/Loker_Contoh/11", "telegram:loker_contoh"),
            ("t.me/+AbC", "telegram:+AbC"),
            ("t.me/c/1234/5", "telegram:c/1234"),
            ("chat.whatsapp.com/AbC", "whatsapp:chat/AbC"),
            ("wa.me/message/AbC", "whatsapp:message/AbC"),
        ] {
            let lead = Lead::of(link).unwrap();
            assert_eq!(lead.contact(), kept);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(link in "\\PC{0,60}", tail in "[/?&=+%a-zé0-9]{0,40}") {
            for text in [link.clone(), format!("https://t.me/{tail}"), format!("wa.me/{link}{tail}")] {
                if let Some(lead) = Lead::of(&text) {
                    proptest::prop_assert!(lead.contact().is_ascii());
                }
            }
        }
    }
}
