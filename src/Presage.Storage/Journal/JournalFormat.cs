using System.Buffers.Binary;
using System.IO.Hashing;

namespace Presage.Storage;

/// <summary>
/// The bytes of a journal segment (drawn in docs/formats/journal.md): a header of 32 bytes, then frames of payload
/// length, checksum and payload. A length of 0 is room reserved and not yet written: the end.
/// </summary>
static class JournalFormat
{
    public const int HeaderBytes = 32;
    public const int FrameHeaderBytes = 8;
    public const uint Version = 2;

    /// <summary>The oldest version that is read.</summary>
    public const uint VersionMin = 1;

    /// <summary>A writer ends a frame beyond this.</summary>
    public const int FrameBytesTarget = 1 << 20;

    /// <summary>A reader believes no length beyond this: the target and one more series of the longest key.</summary>
    public const int FrameBytesMax = FrameBytesTarget + (128 << 10);

    /// <summary>The longest key that is journalled; longer series are refused.</summary>
    public const int KeyBytesMax = 64 << 10;

    /// <summary>Frame kinds: the first byte of a payload.</summary>
    public const byte SeriesFrame = 1;
    public const byte SamplesFrame = 2;
    public const byte ChangesFrame = 3;

    /// <summary>
    /// Behind a key: the newest sample before the segment is not told. Writers before told it (1); it is read over.
    /// </summary>
    public const byte NoSampleBefore = 0;

    /// <summary>
    /// Control byte of a sample: significant bytes of the value, then what of its predecessor holds for it.
    /// </summary>
    public const int ValueLengthMask = 0x0F;
    public const int NextId = 0x10;
    public const int SameTime = 0x20;

    /// <summary>
    /// Token of a frame of changes: a run of series, one after the other, whose values are what they were; else what of
    /// the sample before does not hold for this one, and how its value is told.
    /// </summary>
    public const int Run = 0x80;
    public const int RunMax = 128;
    public const int OtherId = 0x40;
    public const int OtherTime = 0x20;
    public const int ValueMask = 0x1F;

    /// <summary>1 to 8 are the leading bytes of the value that follow.</summary>
    public const int SameValue = 0;
    public const int IntegerDelta = 9;
    public const int ThousandthDelta = 10;

    static ReadOnlySpan<byte> Magic => "PRSGJRNL"u8;

    public static void WriteHeader(Span<byte> header, int number)
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(header[..16]));
    }

    /// <summary>What is wrong with a header, or null.</summary>
    /// <exception cref="NewerFormatException">A newer version of Presage wrote it.</exception>
    public static string? CheckHeader(ReadOnlySpan<byte> header, int number, string path)
    {
        if (header.Length < HeaderBytes || !header[..8].SequenceEqual(Magic))
        {
            return "It does not begin like a journal segment.";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) != Checksum(header[..16]))
        {
            return "The checksum of its header is wrong.";
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        int found = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (version > Version)
        {
            throw new NewerFormatException("The journal segment", path, version, Version);
        }

        return version < VersionMin ? $"It has the unknown format version {version}."
            : found != number ? $"It calls itself segment {found}." : null;
    }

    /// <summary>The lower half of XXH3.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => (uint)XxHash3.HashToUInt64(bytes);
}
