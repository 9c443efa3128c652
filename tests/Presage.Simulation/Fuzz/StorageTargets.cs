using System.Buffers.Binary;
using Presage.Metrics;
using Presage.Storage;
using ZstdSharp;

namespace Presage.Simulation;

/// <summary>The readers of the store's files.</summary>
static class StorageTargets
{
    const string BlockPath = "/data/x.block";

    public static IEnumerable<FuzzTarget> All()
    {
        var files = SampleFolder.Make();
        byte[][] blocks = [.. files.Where(static f => f.Path.EndsWith(".block")).Select(static f => f.Bytes)];
        byte[][] segments =
        [
            .. files.Where(static f => f.Path.EndsWith(".journal")).Select(static f => Whole(f.Bytes)),
            SegmentOfVersion1(),
        ];
        yield return new FuzzTarget("chunk", [.. Chunks()], ReadChunk);
        yield return new FuzzTarget("page", [.. blocks.SelectMany(Pages)], ReadPages);
        yield return new FuzzTarget("block", blocks, bytes => ReadBlock(bytes));
        yield return new FuzzTarget("block, checksums right", blocks, bytes => ReadBlock(Sealed(bytes)));
        yield return new FuzzTarget("journal", segments, ReadJournal);
        yield return new FuzzTarget("journal, checksums right", segments, bytes => ReadJournal(Resummed(bytes)));
        yield return new FuzzTarget(
            "data folder",
            [.. files.Select(static f => f.Bytes)],
            bytes => ReadFolder(files, bytes)
        );
    }

    static IEnumerable<byte[]> Chunks()
    {
        for (int shape = 0; shape < 8; shape++)
        {
            var series = new SeriesModel(LabelSet.Empty);
            var random = new Generator((ulong)shape);
            int count = 1 + (shape * 34);
            long[] times =
            [
                .. Enumerable.Range(0, count).Select(i => 1_800_000_000_000 + (i * 15_000L) + (i * shape % 3)),
            ];
            double[] values = [.. times.Select(_ => Workload.Value(series, shape, random))];
            byte[] bytes = new byte[Chunk.BytesMax];
            yield return bytes[..Chunk.Write(times, values, bytes)];
        }
    }

    static void ReadChunk(byte[] bytes)
    {
        try
        {
            var reader = new ChunkReader(bytes);
            reader.Read(new long[reader.Count], new double[reader.Count]);
            reader.ReadInto(new SampleColumns(), new TimeRange(1_800_000_000_000, 1_800_000_100_000));
        }
        catch (CorruptDataException)
        {
            // The one thing it may do.
        }
    }

    /// <summary>The unpacked pages of a block.</summary>
    static IEnumerable<byte[]> Pages(byte[] block)
    {
        // A zstd frame begins with its magic number; the pages lie one behind the other from the header on.
        var pages = new List<byte[]>();
        using var decompressor = new Decompressor();
        for (int at = BlockFormat.HeaderBytes; at + 4 < block.Length; at++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(at)) == 0xFD2FB528)
            {
                for (int end = at + 5; end <= block.Length && end < at + 4096; end++)
                {
                    try
                    {
                        pages.Add(decompressor.Unwrap(block.AsSpan(at, end - at)).ToArray());
                        break;
                    }
                    catch (ZstdException)
                    {
                        // Not yet a whole frame.
                    }
                }
            }
        }

        return pages;
    }

    static void ReadPages(byte[] bytes)
    {
        try
        {
            var keys = new KeyPage();
            keys.Load(bytes, bytes.Length);
            for (int i = 0; i < keys.Count; i++)
            {
                _ = keys.Key(i).Length + keys.ChunksOf(i).To;
            }
        }
        catch (CorruptDataException)
        {
            // Fine.
        }

        try
        {
            var page = new DataPage(bytes);
            for (int i = 0; i < page.Count; i++)
            {
                ReadColumns(page, i);
            }
        }
        catch (CorruptDataException)
        {
            // Fine.
        }
    }

    static void ReadColumns(DataPage page, int number)
    {
        try
        {
            var chunk = page.Chunk(number);
            RollupChunk.Read(chunk.TimeBytes, chunk.ValueBytes, StoreComparison.Always, 300_000, new RollupColumns());
        }
        catch (CorruptDataException)
        {
            // Fine.
        }

        try
        {
            page.Chunk(number).ReadInto(new SampleColumns(), StoreComparison.Always);
        }
        catch (CorruptDataException)
        {
            // Fine.
        }
    }

    static void ReadBlock(byte[] bytes)
    {
        var disk = DiskOf((BlockPath, bytes));
        try
        {
            using var block = new Block(disk, BlockPath, new PageCache(1 << 20));
            using var lease = block.Borrow();
            LabelMatcher[] any = [new LabelMatcher("i", MatchOperator.RegexMatch, ".+")];
            foreach (int number in Selection.Select(block, any, null).Concat(block.All().ToArray()).Take(1000))
            {
                ReadSeries(block, number);
            }

            _ = block.Hosts().Take(1000).Count() + block.Names().Take(1000).Count() + block.OfHost("host1").Length;
        }
        catch (Exception e) when (e is CorruptDataException { File: BlockPath } or NewerFormatException)
        {
            // Fine: it says where.
        }
    }

    static void ReadSeries(Block block, int number)
    {
        try
        {
            _ = LabelSet.FromKey(block.Key(number));
            if (block.Kind is BlockKind.FiveMinutes or BlockKind.OneHour)
            {
                block.ReadRollups(number, StoreComparison.Always, new RollupColumns());
            }
            else
            {
                var place = block.PlaceOf(number);
                block.Read(place.From, place.To, StoreComparison.Always, new SampleColumns());
            }
        }
        catch (Exception e) when (e is CorruptDataException { File: BlockPath } or FormatException)
        {
            // Fine: readers of the store answer both.
        }
    }

    /// <summary>Frames as they were written before, which are read still.</summary>
    static byte[] SegmentOfVersion1()
    {
        var series = new JournalBuffer();
        var samples = new FrameBytes();
        samples.BeginFrame(JournalFormat.SamplesFrame);
        samples.Length += Varint.Write(samples.Room(Varint.LengthMax), Varint.ZigZag(1_800_000_000_000));
        for (int i = 0; i < 8; i++)
        {
            series.AddSeries(i, LabelSet.OfMetric("up", new Label("instance", $"host{i}")).ToKey());
            byte[] sample = [(byte)(JournalFormat.NextId | JournalFormat.SameTime | 2), 0x40, (byte)i];
            sample.CopyTo(samples.Room(sample.Length));
            samples.Length += sample.Length;
        }

        samples.EndFrame();
        byte[] header = new byte[JournalFormat.HeaderBytes];
        JournalFormat.WriteHeader(header, 1);
        return [.. header, .. series.Complete(), .. samples.Bytes];
    }

    static void ReadJournal(byte[] bytes)
    {
        var disk = DiskOf(("/data/00000001.journal", bytes));
        var reader = new JournalReader(new Counting());
        reader.Read(disk, "/data/00000001.journal", 1);
        if (reader.WholeBytes > bytes.Length)
        {
            throw new InvalidOperationException("More bytes are whole than there are.");
        }
    }

    /// <summary>
    /// A store over the folder, one file of which was changed: it opens, answers, takes samples, closes.
    /// </summary>
    static void ReadFolder(IReadOnlyList<(string Path, byte[] Bytes)> files, byte[] changed)
    {
        // Which file it was, its content says well enough: the one it has most in common with.
        int which = Enumerable.Range(0, files.Count).MaxBy(i => files[i].Bytes.AsSpan().CommonPrefixLength(changed));
        var process = new SimulatedProcess(SampleFolder.Options, null)
        {
            Disk = DiskOf([.. files.Select((f, i) => (f.Path, i == which ? changed : f.Bytes))]),
        };
        process.Open();
        var columns = new SampleColumns();
        foreach (var series in process.Store.Select([], StoreComparison.Always))
        {
            columns.Clear();
            series.Read(StoreComparison.Always, columns);
        }

        foreach (var series in process.Store.SelectRollups([], StoreComparison.Always, RollupTier.OneHour))
        {
            series.Read(StoreComparison.Always, new RollupColumns());
        }

        process.Await(process.Store.CareNowAsync(CancellationToken.None));
        process.Close();
    }

    static SimulatedDisk DiskOf(params (string Path, byte[] Bytes)[] files)
    {
        var disk = new SimulatedDisk();
        foreach (var (path, bytes) in files)
        {
            disk.CreateFolder(Path.GetDirectoryName(path)!);
            using var file = disk.Create(path);
            file.Write(bytes, 0);
        }

        return disk;
    }

    /// <summary>Without the room that is only reserved.</summary>
    static byte[] Whole(byte[] segment) => segment[..(segment.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)];

    /// <summary>
    /// Makes the checksums of index and footer right again, so that the reader believes what was changed.
    /// </summary>
    static byte[] Sealed(byte[] bytes)
    {
        if (bytes.Length > BlockFormat.HeaderBytes + BlockFormat.FooterBytes)
        {
            long indexAt = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(bytes.Length - BlockFormat.FooterBytes));
            if (indexAt > 0 && indexAt < bytes.Length - BlockFormat.FooterBytes)
            {
                BlockFormat.WriteFooter(
                    bytes.AsSpan(bytes.Length - BlockFormat.FooterBytes),
                    indexAt,
                    bytes.AsSpan((int)indexAt..^BlockFormat.FooterBytes)
                );
            }
        }

        return bytes;
    }

    /// <summary>Makes the checksums of the frames right again.</summary>
    static byte[] Resummed(byte[] bytes)
    {
        int at = JournalFormat.HeaderBytes;
        while (at + JournalFormat.FrameHeaderBytes < bytes.Length)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            int room = bytes.Length - at - JournalFormat.FrameHeaderBytes;
            if (length <= 0 || length > room)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), room);
                length = room;
            }

            uint checksum = JournalFormat.Checksum(bytes.AsSpan(at + JournalFormat.FrameHeaderBytes, length));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), checksum);
            at += JournalFormat.FrameHeaderBytes + length;
        }

        return bytes;
    }

    sealed class Counting : IJournalReplay
    {
        public void OnSeries(int journalId, ReadOnlySpan<byte> key) => LabelSet.FromKey(key);

        public void OnSample(int journalId, long timestampMs, double value)
        {
            // What a frame holds is handed on only when all of it makes sense.
        }
    }
}
