using System.Buffers.Binary;
using System.IO.Hashing;

namespace Presage.Storage;

/// <summary>
/// The bytes of a block file (drawn in docs/formats/block.md): a header, pages of compressed chunks, pages of series
/// keys, the index, a footer that says where the index lies. All numbers are little-endian.
/// </summary>
static class BlockFormat
{
    public const uint Version = 1;
    public const int HeaderBytes = 16;
    public const int FooterBytes = 48;

    /// <summary>Where the footer tells the version again; 0 in version 1.</summary>
    public const int VersionInFooter = 32;

    /// <summary>Chunks, or series keys, in one page.</summary>
    public const int PageItems = 256;

    /// <summary>
    /// A reader believes no page larger than this: 256 chunks of at most 7 KB, or 256 keys of at most 64 KB and their
    /// counts.
    /// </summary>
    public const int PageBytesMax = 17 << 20;

    /// <summary>zstd level: 1 is the fastest, and chunks are dense already.</summary>
    public const int ZstdLevel = 1;

    /// <summary>The index begins with numbers of 8 bytes each, in the order of <see cref="IndexField"/>.</summary>
    public const int IndexHeadBytes = 8 * (int)IndexField.Count;

    /// <summary>Offset, compressed bytes, bytes, checksum.</summary>
    public const int DataPageEntryBytes = 8 + 4 + 4 + 8;

    /// <summary>As a data page, then the first chunk of the page's first series.</summary>
    public const int KeyPageEntryBytes = DataPageEntryBytes + 4;

    /// <summary>Text offset and length, first series, series.</summary>
    public const int HostEntryBytes = 16;

    /// <summary>Text offset and length, first value, values.</summary>
    public const int NameEntryBytes = 16;

    /// <summary>Text offset and length, postings offset and length.</summary>
    public const int ValueEntryBytes = 16;

    static ReadOnlySpan<byte> HeaderMagic => "PRSGBLCK"u8;

    static ReadOnlySpan<byte> FooterMagic => "PRSGBEND"u8;

    public static void WriteHeader(Span<byte> header, BlockKind kind)
    {
        header[..HeaderBytes].Clear();
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], (int)kind);
    }

    /// <summary>What a block's header says it holds.</summary>
    /// <exception cref="CorruptDataException">A kind that this version does not know.</exception>
    public static BlockKind ReadKind(ReadOnlySpan<byte> file, string path)
    {
        var kind = (BlockKind)BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        return Enum.IsDefined(kind)
            ? kind
            : throw new CorruptDataException($"It is of the unknown kind {(int)kind}.", path, 12);
    }

    public static void WriteFooter(Span<byte> footer, long indexOffset, ReadOnlySpan<byte> index)
    {
        footer[..FooterBytes].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(footer, indexOffset);
        BinaryPrimitives.WriteInt64LittleEndian(footer[8..], index.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(footer[16..], XxHash3.HashToUInt64(index));
        BinaryPrimitives.WriteUInt64LittleEndian(footer[24..], XxHash3.HashToUInt64(footer[..24]));
        FooterMagic.CopyTo(footer[40..]);
    }

    /// <summary>Checks header, footer and the index' checksum; gives the place of the index.</summary>
    /// <exception cref="CorruptDataException">The file is not a whole block.</exception>
    /// <exception cref="NewerFormatException">A newer version of Presage wrote it.</exception>
    public static void Check(ReadOnlySpan<byte> file, string path, out int indexOffset, out int indexLength)
    {
        if (file.Length < HeaderBytes + FooterBytes || !file[..8].SequenceEqual(HeaderMagic))
        {
            throw new CorruptDataException("It does not begin like a block.", path);
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        var footer = file[^FooterBytes..];
        if (version != Version)
        {
            // A header alone may be damaged; versions from 2 on tell theirs in the footer, too.
            throw version > Version && version == BinaryPrimitives.ReadUInt32LittleEndian(footer[VersionInFooter..])
                ? new NewerFormatException("The block", path, version, Version)
                : new CorruptDataException($"It has the unknown format version {version}.", path, 8);
        }

        long footerAt = file.Length - FooterBytes;
        if (!footer[40..].SequenceEqual(FooterMagic) ||
            BinaryPrimitives.ReadUInt64LittleEndian(footer[24..]) != XxHash3.HashToUInt64(footer[..24]))
        {
            throw new CorruptDataException("Its footer is damaged or missing.", path, footerAt);
        }

        long offset = BinaryPrimitives.ReadInt64LittleEndian(footer);
        long length = BinaryPrimitives.ReadInt64LittleEndian(footer[8..]);
        if (offset < HeaderBytes || length < IndexHeadBytes || offset > footerAt || length > footerAt - offset)
        {
            throw new CorruptDataException("Its footer names an impossible index.", path, footerAt);
        }

        indexOffset = (int)offset;
        indexLength = (int)length;
        if (BinaryPrimitives.ReadUInt64LittleEndian(footer[16..]) !=
            XxHash3.HashToUInt64(file.Slice(indexOffset, indexLength)))
        {
            throw new CorruptDataException("The checksum of its index is wrong.", path, offset);
        }
    }
}
