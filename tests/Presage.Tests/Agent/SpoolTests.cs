using CsCheck;
using Presage.Agent;
using Xunit;

namespace Presage.Tests.Agent;

public sealed class SpoolTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("presage-spool").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Hands_out_what_was_appended_in_order_also_after_a_restart()
    {
        using (var spool = Open(_folder))
        {
            for (ulong i = 1; i <= 500; i++)
            {
                spool.Append(i, Body(i));
            }

            Drain(spool, 100, first: 1);
        }

        using var again = Open(_folder);
        Assert.Equal(501UL, again.NextSequence);
        Drain(again, 400, first: 101);
        Assert.True(again.IsEmpty);
        Assert.Equal(0, again.Bytes);
        Assert.Empty(Directory.GetFiles(_folder, "*.spool"));
    }

    [Fact]
    public void A_killed_agent_loses_nothing_that_was_appended()
    {
        using var running = Open(_folder);
        for (ulong i = 1; i <= 50; i++)
        {
            running.Append(i, Body(i));
        }

        Drain(running, 20, first: 1);

        // What kill -9 leaves: the files as they are, no tidying up.
        using var copy = CopyOf(_folder);
        using var spool = Open(copy.Path);
        Drain(spool, 30, first: 21);
    }

    [Fact]
    public void Any_truncation_keeps_the_whole_records_before_it() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 6000]).Sample((count, cut) =>
    {
        using var original = new TemporaryFolder();
        using (var spool = Open(original.Path))
        {
            for (ulong i = 1; i <= (ulong)count; i++)
            {
                spool.Append(i, Body(i));
            }
        }

        string file = Directory.GetFiles(original.Path, "*.spool").Single();
        long length = new FileInfo(file).Length;
        long kept = Math.Min(cut, length);
        using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(kept);
        }

        int whole = 0;
        for (long at = 0; whole < count && (at += 20 + Body((ulong)whole + 1).Length) <= kept;)
        {
            whole++;
        }

        using var again = Open(original.Path);
        Drain(again, whole, first: 1);
        Assert.False(again.TryPeek(out _, out _));
    }, iter: 100);

    [Fact]
    public void Damage_within_a_file_is_cut_and_counted_and_later_files_are_kept()
    {
        using (var spool = Open(_folder, 16 << 20))
        {
            for (ulong i = 1; i <= 3000; i++)
            {
                spool.Append(i, Body(i));
            }
        }

        string[] files = [.. Directory.GetFiles(_folder, "*.spool").Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        byte[] bytes = File.ReadAllBytes(files[0]);
        bytes[25] ^= 0xFF;
        File.WriteAllBytes(files[0], bytes);

        using var again = Open(_folder);

        Assert.Equal(bytes.Length, again.DamagedBytes);
        Assert.True(again.TryPeek(out ulong sequence, out _));
        Assert.Equal(Convert.ToUInt64(Path.GetFileNameWithoutExtension(files[1]), 16), sequence);
    }

    [Fact]
    public void Drops_the_oldest_when_full_and_counts_them()
    {
        using var spool = Open(_folder, Spool.BytesMin);
        ulong count = 0;
        while (spool.Dropped == 0)
        {
            spool.Append(++count, new byte[10_000]);
        }

        Assert.True(spool.Bytes <= Spool.BytesMin);
        Assert.True(spool.TryPeek(out ulong oldest, out _));
        Assert.Equal((ulong)spool.Dropped + 1, oldest);
        Assert.Equal(count - (ulong)spool.Dropped, (ulong)spool.Count);
    }

    [Fact]
    public void A_folder_in_use_and_a_folder_that_cannot_be_made_are_explained()
    {
        using var first = Open(_folder);
        Assert.False(Spool.TryOpen(_folder, Spool.BytesMin, out _, out string error));
        Assert.Contains("in use by another presage-agent", error, StringComparison.Ordinal);

        string file = Path.Join(_folder, "file");
        File.WriteAllText(file, "");
        Assert.False(Spool.TryOpen(file, Spool.BytesMin, out _, out error));
        Assert.Contains("--spool", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_files_and_random_bytes_never_crash() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Join(folder.Path, "0000000000000001.spool"), bytes);
        File.WriteAllBytes(Path.Join(folder.Path, "acknowledged"), bytes);
        using var spool = Open(folder.Path);
        spool.Append(spool.NextSequence, Body(1));
        Assert.True(spool.TryPeek(out _, out _));
    }, iter: 200);

    static Spool Open(string folder, long bytesMax = 64 << 20)
    {
        Assert.True(Spool.TryOpen(folder, bytesMax, out var spool, out string error), error);
        return spool!;
    }

    static byte[] Body(ulong sequence)
    {
        byte[] body = new byte[(int)(sequence * 37 % 3000)];
        Array.Fill(body, (byte)sequence);
        return body;
    }

    static void Drain(Spool spool, int count, ulong first)
    {
        for (ulong i = first; i < first + (ulong)count; i++)
        {
            Assert.True(spool.TryPeek(out ulong sequence, out var body));
            Assert.Equal(i, sequence);
            Assert.Equal(Body(i), body.ToArray());
            spool.Acknowledge(sequence);
        }
    }

    static TemporaryFolder CopyOf(string folder)
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(folder))
        {
            if (Path.GetFileName(file) != "lock")
            {
                File.Copy(file, Path.Join(copy.Path, Path.GetFileName(file)));
            }
        }

        return copy;
    }
}
