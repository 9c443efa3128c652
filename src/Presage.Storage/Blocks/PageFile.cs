using System.IO.Hashing;
using ZstdSharp;

namespace Presage.Storage;

/// <summary>
/// The pages of a mapped block, checked when they are read. Whoever reads holds a lease on the file.
/// </summary>
/// <param name="file">The block.</param>
/// <param name="path">Its path, for messages.</param>
/// <param name="endAt">Where the pages end.</param>
sealed class PageFile(MappedFile file, string path, int endAt)
{
    [ThreadStatic]
    static Decompressor? t_decompressor;

    /// <summary>The bytes of a page as they lie in the file.</summary>
    /// <exception cref="CorruptDataException">The place is impossible.</exception>
    public ReadOnlySpan<byte> Packed(PageEntry page) =>
        page.Offset < 0 || page.PackedBytes < 0 || page.Offset > endAt - page.PackedBytes ||
        page.Bytes is < 0 or > BlockFormat.PageBytesMax
            ? throw new CorruptDataException("A page lies outside of the file or is too large.", path, page.Offset)
            : file.Bytes.Slice((int)page.Offset, page.PackedBytes);

    /// <summary>
    /// A page of chunks to keep. Most lie in the file as they are, and stay there; of those it is known where their
    /// chunks are.
    /// </summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public DataPage Open(PageEntry entry)
    {
        if (!StoredFrame.TryFind(Packed(entry), out var stored) || stored.Length != entry.Bytes)
        {
            var page = new DataPage();
            byte[] room = [];
            Unpack(entry, ref room, page.Load);
            return page;
        }

        Check(entry);
        try
        {
            return new DataPage(file, (int)entry.Offset + entry.PackedBytes - entry.Bytes, entry.Bytes);
        }
        catch (CorruptDataException e)
        {
            throw new CorruptDataException(e.Reason, path, entry.Offset);
        }
    }

    /// <summary>Unpacks and loads a page; the room is made anew where it is too small.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public void Unpack(PageEntry page, ref byte[] room, Action<byte[], int> load)
    {
        var packed = Check(page);
        try
        {
            room = room.Length < page.Bytes ? GC.AllocateUninitializedArray<byte>(page.Bytes) : room;
            var bytes = room.AsSpan(0, page.Bytes);
            if (StoredFrame.TryFind(packed, out var stored) && stored.Length == bytes.Length)
            {
                stored.CopyTo(bytes);
            }
            else if ((t_decompressor ??= new Decompressor()).Unwrap(packed, bytes) != page.Bytes)
            {
                throw new CorruptDataException("A page unpacks to another length.");
            }

            load(room, page.Bytes);
        }
        catch (CorruptDataException e)
        {
            throw new CorruptDataException(e.Reason, path, page.Offset);
        }
        catch (ZstdException e)
        {
            throw new CorruptDataException($"A page does not unpack: {e.Message}.", path, page.Offset);
        }
    }

    ReadOnlySpan<byte> Check(PageEntry page)
    {
        var packed = Packed(page);
        return XxHash3.HashToUInt64(packed) == page.Checksum
            ? packed
            : throw new CorruptDataException("The checksum of a page is wrong.", path, page.Offset);
    }
}
