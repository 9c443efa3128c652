using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class JournalDamageTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public async Task A_torn_tail_costs_only_what_was_not_whole_at_every_byte_of_the_last_frames()
    {
        await using var fixture = new StoreFixture();
        var ends = new List<long>();
        string segment = "";
        for (int i = 0; i < 8; i++)
        {
            await fixture.AppendAsync(("a", 0, Start + i, i * 0.1), ("b", i, Start + i, -0.0));
            segment = StoreFiles.NewestSegment(fixture.Folder);
            ends.Add(fixture.Store.Statistics.JournalBytes);
        }

        await fixture.CloseAsync();
        byte[] whole = await File.ReadAllBytesAsync(segment);
        Assert.Equal(whole.Length, ends[^1]);
        for (long cut = ends[^4]; cut <= ends[^1]; cut++)
        {
            foreach (bool zeros in (bool[])[false, true])
            {
                await CheckCutAsync(fixture.Folder + "-cut", whole, ends, cut, zeros);
            }
        }
    }

    [Fact]
    public async Task A_flipped_bit_cuts_the_journal_there_and_says_so()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 10; i++)
        {
            await fixture.AppendAsync("a", 0, Start + i, i);
        }

        await fixture.CloseAsync();
        string segment = StoreFiles.NewestSegment(fixture.Folder);
        byte[] bytes = await File.ReadAllBytesAsync(segment);
        bytes[^3] ^= 0x10;
        await File.WriteAllBytesAsync(segment, bytes);

        fixture.Open();
        var damage = Assert.Single(fixture.Store.Statistics.Damages);
        Assert.Equal(9, fixture.Read("a", 0).Length);
        Assert.Equal((segment, "The checksum of a frame is wrong."), (damage.File, damage.Reason));
        Assert.Equal(bytes.Length - damage.OffsetBytes, damage.LostBytes);
        await fixture.AppendAsync("a", 0, Start + 100, 1);
        await fixture.ReopenAsync();
        Assert.Equal(10, fixture.Read("a", 0).Length);
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task A_damaged_segment_does_not_take_the_next_ones_with_it()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 3; i++)
        {
            await fixture.AppendAsync(("a", 0, Start + i, i), ("b", i, Start + i, i));
            await fixture.ReopenAsync();
        }

        await fixture.CloseAsync();
        string first = Directory.EnumerateFiles(Path.Combine(fixture.Folder, "journal")).Order(
            StringComparer.Ordinal).First();
        byte[] bytes = await File.ReadAllBytesAsync(first);
        bytes.AsSpan(40).Fill(0xAA);
        await File.WriteAllBytesAsync(first, bytes);

        fixture.Open();
        Assert.Equal([Start + 1, Start + 2], fixture.Read("a", 0).Select(s => s.TimestampMs));
        Assert.Single(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public void Random_and_mutated_segments_never_crash_the_reader()
    {
        byte[] seed = SegmentOf(60);
        string path = Path.GetTempFileName();
        Gen.Select(Gen.Select(Gen.Int[0, seed.Length - 1], Gen.Byte).Array[0, 6], Gen.Byte.Array[0, 100],
            Gen.Int[0, 3], Gen.Int[0, seed.Length])
            .Sample(
                (mutations, noise, kind, cut) =>
                {
                    byte[] bytes = kind switch { 0 => noise, 1 => [.. seed[..32], .. noise], _ =>
                        [.. seed[..cut], .. noise] };
                    foreach (var (at, value) in mutations)
                    {
                        if (kind > 1 && at < bytes.Length)
                        {
                            bytes[at] = value;
                        }
                    }

                    File.WriteAllBytes(path, bytes);
                    var taken = new CountingReplay();
                    var reader = new JournalReader(taken);
                    reader.Read(LocalDisk.Instance, path, 1);
                    return reader.WholeBytes <= bytes.Length && taken.Samples <= 60;
                },
                iter: 1500, threads: 1);
        File.Delete(path);
    }

    [Fact]
    public void Frames_with_a_valid_checksum_and_senseless_content_are_damage_not_a_crash()
    {
        string path = Path.GetTempFileName();
        Gen.Byte.Array[1, 80].Sample(
            payload =>
            {
                payload[0] = (byte)((payload[0] & 1) + 1);
                byte[] bytes = new byte[JournalFormat.HeaderBytes + JournalFormat.FrameHeaderBytes + payload.Length];
                JournalFormat.WriteHeader(bytes, 1);
                BitConverter.TryWriteBytes(bytes.AsSpan(JournalFormat.HeaderBytes), payload.Length);
                BitConverter.TryWriteBytes(
                    bytes.AsSpan(JournalFormat.HeaderBytes + 4), JournalFormat.Checksum(payload));
                payload.CopyTo(bytes, JournalFormat.HeaderBytes + JournalFormat.FrameHeaderBytes);
                File.WriteAllBytes(path, bytes);
                new JournalReader(new CountingReplay()).Read(LocalDisk.Instance, path, 1);
            },
            iter: 1500, threads: 1);
        File.Delete(path);
    }

    static async Task CheckCutAsync(string folder, byte[] whole, List<long> ends, long cut, bool zeros)
    {
        byte[] bytes = zeros ? [.. whole[..(int)cut], .. new byte[64]] : whole[..(int)cut];
        // Zeros behind the cut may be the very bytes that were cut off.
        cut = whole.AsSpan().CommonPrefixLength(bytes);
        Directory.CreateDirectory(Path.Combine(folder, "journal"));
        await File.WriteAllBytesAsync(JournalLog.PathOf(Path.Combine(folder, "journal"), 1), bytes);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(
            DateTimeOffset.FromUnixTimeMilliseconds(Start));
        var logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        var options = new StorageOptions { DataFolder = folder, FlushOnClose = false };
        await using (var store = SampleStore.Open(options, time, logger))
        {
            int acknowledged = ends.Count(end => end <= cut);
            Assert.Equal(
                Enumerable.Range(0, acknowledged).Select(i => (Start + i, BitConverter.DoubleToInt64Bits(i * 0.1))),
                StoreFixture.Read(store, StoreFixture.LabelsOf("a", 0), StoreFixture.Always));
            bool torn = bytes.AsSpan((int)LastFrameEnd(whole, cut)).ContainsAnyExcept((byte)0);
            Assert.Equal(torn ? 1 : 0, store.Statistics.Damages.Count);
        }

        Directory.Delete(folder, recursive: true);
    }

    static long LastFrameEnd(byte[] segment, long cut)
    {
        long end = JournalFormat.HeaderBytes;
        while (end < cut)
        {
            long next = end + JournalFormat.FrameHeaderBytes + BitConverter.ToInt32(segment, (int)end);
            if (next > cut)
            {
                break;
            }

            end = next;
        }

        return end;
    }

    static byte[] SegmentOf(int samples)
    {
        var buffer = new JournalBuffer();
        for (int i = 0; i < 4; i++)
        {
            buffer.AddSeries(i, StoreFixture.LabelsOf("a", i).ToKey());
        }

        buffer.EndFrame();
        var series = new HeadSeries[4];
        for (int i = 0; i < samples; i++)
        {
            series[i % 4].JournalId = i % 4;
            buffer.AddSample(ref series[i % 4], Start + (i / 4), i * 0.5);
            if (i % 10 == 9)
            {
                buffer.EndFrame();
            }
        }

        byte[] header = new byte[JournalFormat.HeaderBytes];
        JournalFormat.WriteHeader(header, 1);
        return [.. header, .. buffer.Complete()];
    }

    sealed class CountingReplay : IJournalReplay
    {
        public int Samples { get; private set; }

        public void OnSeries(int journalId, ReadOnlySpan<byte> key) =>
            LabelSet.FromKey(key);

        public void OnSample(int journalId, long timestampMs, double value) => Samples++;
    }
}
