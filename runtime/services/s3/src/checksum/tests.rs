use super::*;

fn of(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
    let mut hasher = algorithm.hasher();
    hasher.update(bytes);
    Checksum::full(algorithm, &hasher.finish())
}

/// The check values of "A painless guide to CRC error detection algorithms" and its catalogue.
#[test]
fn checksums_are_big_endian_in_base64() {
    let cases = [
        (Algorithm::Crc32, 0xCBF4_3926_u32.to_be_bytes().to_vec()),
        (Algorithm::Crc32c, 0xE306_9283_u32.to_be_bytes().to_vec()),
        (
            Algorithm::Crc64Nvme,
            0xAE8B_1486_0A79_9888_u64.to_be_bytes().to_vec(),
        ),
    ];
    for (algorithm, check) in cases {
        let expected = BASE64.encode(check);
        assert_eq!(of(algorithm, b"123456789").value, expected, "{algorithm:?}");
    }
}

#[test]
fn parts_of_any_length_combine_to_the_whole() {
    let body: Vec<u8> = (0..5000_u32).map(|n| (n * 7 % 251) as u8).collect();
    for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
        let lens = [1, 0, 4000, 999];
        let mut offset = 0;
        let mut parts = Vec::new();
        for len in lens {
            parts.push((of(algorithm, &body[offset..offset + len]), len as u64));
            offset += len;
        }
        let combined = Checksum::of_parts(false, parts.iter().map(|(sum, len)| (sum, *len)));
        assert_eq!(combined, Some(of(algorithm, &body)), "{algorithm:?}");
    }
}

#[test]
fn hashes_do_not_combine() {
    let part = of(Algorithm::Sha256, b"x");
    let parts = || [(&part, 1), (&part, 1)];
    assert_eq!(Checksum::of_parts(false, parts()), None);
    let composite = Checksum::of_parts(true, parts()).unwrap();
    assert!(composite.value.ends_with("-2"));
    assert_eq!(Checksum::of_parts(true, []), None);
}
