//! TFRecord framing: length, checksum of the length, data, checksum of the data.

/// One framed record.
///
/// # Source
/// TensorFlow, `tensorflow/core/lib/io/record_writer.h`: little-endian u64 length, masked CRC-32C of
/// the eight length bytes, the data, masked CRC-32C of the data.
pub(super) fn frame(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend_from_slice(&length);
    record.extend_from_slice(&masked_crc(&length).to_le_bytes());
    record.extend_from_slice(data);
    record.extend_from_slice(&masked_crc(data).to_le_bytes());
    record
}

/// CRC-32C, rotated and shifted so that a checksum over data with checksums inside stays sound.
pub(super) fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}
