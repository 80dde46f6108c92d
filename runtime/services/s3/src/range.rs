//! The `Range` header, as S3 reads it.

use std::ops::Range;

use stockade_spec::Error;

/// The bytes that a request asks for of an object of `size` bytes; `None` asks for all. What is
/// not one well-formed range of bytes is ignored, several ranges included.
pub(crate) fn resolve(header: Option<&str>, size: u64) -> Result<Option<Range<u64>>, Error> {
    let Some(header) = header else {
        return Ok(None);
    };
    let Some((first, last)) = header
        .trim()
        .strip_prefix("bytes=")
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Ok(None);
    };
    let range = match (parse(first), parse(last)) {
        (Position::At(first), Position::End) => first..size,
        (Position::At(first), Position::At(last)) if first <= last => {
            first..size.min(last.saturating_add(1))
        }
        (Position::End, Position::At(suffix)) => size.saturating_sub(suffix)..size,
        _ => return Ok(None),
    };
    if range.start >= range.end {
        return Err(Error::new(
            "InvalidRange",
            416,
            "The requested range is not satisfiable",
        )
        .with_detail("RangeRequested", header)
        .with_detail("ActualObjectSize", size.to_string()));
    }
    Ok(Some(range))
}

/// Reads `x-amz-copy-source-range`, which must be `bytes=first-last` and lie within the source.
pub(crate) fn resolve_copy(header: Option<&str>, size: u64) -> Result<Option<Range<u64>>, Error> {
    let Some(header) = header else {
        return Ok(None);
    };
    let ends = header
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'));
    let (first, last) = match ends.map(|(first, last)| (parse(first), parse(last))) {
        Some((Position::At(first), Position::At(last))) if first <= last => (first, last),
        _ => {
            return Err(crate::errors::invalid_argument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where \
                 first and last are the zero-based offsets of the first and last bytes to copy",
                "x-amz-copy-source-range",
                header,
            ));
        }
    };
    if last >= size {
        return Err(crate::errors::invalid_argument(
            format!("Range specified is not valid for source object of size: {size}"),
            "x-amz-copy-source-range",
            header,
        ));
    }
    Ok(Some(first..last + 1))
}

enum Position {
    At(u64),
    End,
    Malformed,
}

fn parse(text: &str) -> Position {
    let text = text.trim();
    if text.is_empty() {
        return Position::End;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Position::Malformed;
    }
    // More digits than fit are beyond every object.
    Position::At(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_s3_does() {
        let cases = [
            ("bytes=0-9", Some(0..10)),
            ("bytes=5-", Some(5..100)),
            ("bytes=-10", Some(90..100)),
            ("bytes=-1000", Some(0..100)),
            ("bytes=90-1000", Some(90..100)),
            ("bytes=99-99999999999999999999999", Some(99..100)),
            ("bytes=9-5", None),
            ("bytes=0-1,5-6", None),
            ("bytes=x-1", None),
            ("bytes=-", None),
            ("lines=0-1", None),
            ("bytes", None),
        ];
        for (header, expected) in cases {
            assert_eq!(resolve(Some(header), 100).unwrap(), expected, "{header}");
        }
        assert_eq!(resolve(None, 100).unwrap(), None);
    }

    #[test]
    fn what_lies_beyond_the_object_is_not_satisfiable() {
        for (header, size) in [
            ("bytes=100-", 100),
            ("bytes=-0", 100),
            ("bytes=0-", 0),
            ("bytes=-5", 0),
        ] {
            let error = resolve(Some(header), size).unwrap_err();
            assert_eq!(
                (&*error.code, error.status),
                ("InvalidRange", 416),
                "{header}"
            );
            assert_eq!(
                error.details,
                [
                    ("RangeRequested", header.to_owned()),
                    ("ActualObjectSize", size.to_string())
                ]
            );
        }
    }

    #[test]
    fn copy_ranges_are_strict() {
        assert_eq!(resolve_copy(Some("bytes=1-2"), 3).unwrap(), Some(1..3));
        for header in ["bytes=1-", "bytes=-1", "1-2", "bytes=2-1", "bytes=0-3"] {
            let error = resolve_copy(Some(header), 3).unwrap_err();
            assert_eq!(error.code, "InvalidArgument", "{header}");
        }
    }
}
