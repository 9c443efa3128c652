using System.Buffers.Binary;
using System.Text;
using Presage.Metrics;
using Presage.Protocols.Csv;
using Presage.Protocols.Prometheus;
using Presage.Protocols.Tsdb;

namespace Presage.Simulation;

/// <summary>The readers of what is imported: CSV, remote read, the files of a Prometheus block.</summary>
static class ImportTargets
{
    const string Csv =
        "time,value,\"rack, row\",note\n2027-01-15T08:00:00Z,1.5,\"a \"\"b\"\"\",\"two\nlines\"\r\n1800000000,NaN,,\n";

    public static IEnumerable<FuzzTarget> All()
    {
        var batch = new SampleBatch();
        byte[] index = Block("index");
        byte[] chunk = FirstChunk();
        yield return new FuzzTarget("csv", [Encoding.UTF8.GetBytes(Csv)], ReadCsv);
        yield return new FuzzTarget("remote read", [Frame(chunk)], bytes =>
        {
            batch.Clear();
            RemoteReadFrame.Add(bytes, long.MinValue, long.MaxValue, batch);
            Check(batch);
        });
        yield return new FuzzTarget("prometheus chunk", [chunk], bytes =>
        {
            batch.Clear();
            batch.AddSeries(LabelSet.OfMetric("x").ToKey());
            XorChunk.Add(bytes, long.MinValue, long.MaxValue, batch);
        });
        yield return new FuzzTarget("prometheus histogram chunk", [.. HistogramChunks()], bytes =>
        {
            batch.Clear();
            byte encoding = bytes.Length % 2 == 0 ? HistogramChunk.Whole : HistogramChunk.Float;
            byte[] key = LabelSet.OfMetric("x").ToKey();
            HistogramChunk.Add(bytes, encoding, long.MinValue, long.MaxValue, key, batch);
            Check(batch);
        });
        yield return new FuzzTarget("prometheus index", [index], bytes => ReadIndex(bytes, batch));
        yield return new FuzzTarget("prometheus index, checksums right", [index], bytes =>
        {
            TsdbSeal.Index(bytes);
            ReadIndex(bytes, batch);
        });
        yield return new FuzzTarget("prometheus tombstones", [Tombstones()], bytes =>
        {
            ReadTombstones(bytes);
            if (bytes.Length > 9)
            {
                TsdbSeal.Block(bytes, 5, bytes.Length - 9);
                ReadTombstones(bytes);
            }
        });
    }

    static byte[] Block(string file) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "PrometheusBlock", file));

    /// <summary>The chunks of a block of histograms, of whole counts and of floats.</summary>
    static IEnumerable<byte[]> HistogramChunks()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "PrometheusHistograms");
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "chunks", "000001"));
        var index = TsdbIndex.Open(File.ReadAllBytes(Path.Combine(folder, "index")));
        var batch = new SampleBatch();
        while (index.Read(batch))
        {
            foreach (var chunk in index.Chunks)
            {
                int at = (int)chunk.Offset;
                int length = (file[at] & 0x7F) | (file[at] < 0x80 ? 0 : file[at + 1] << 7);
                at += file[at] < 0x80 ? 1 : 2;
                if (file[at] is HistogramChunk.Whole or HistogramChunk.Float)
                {
                    yield return file[(at + 1)..(at + 1 + length)];
                }
            }
        }
    }

    /// <summary>The data of the first chunk: behind 8 bytes of header, its length and its encoding.</summary>
    static byte[] FirstChunk()
    {
        byte[] file = Block(Path.Combine("chunks", "000001"));
        int length = (file[8] & 0x7F) | (file[8] < 0x80 ? 0 : file[9] << 7);
        int at = 8 + (file[8] < 0x80 ? 1 : 2) + 1;
        return file[at..(at + length)];
    }

    static byte[] Frame(byte[] chunk)
    {
        byte[] Field(int number, params byte[] content) =>
            [(byte)((number << 3) | 2), .. Length(content.Length), .. content];

        byte[] label = Field(1, [.. Field(1, "__name__"u8.ToArray()), .. Field(2, "up"u8.ToArray())]);
        byte[] itsChunk = Field(2, [0x18, 1, .. Field(4, chunk)]);
        return Field(1, [.. label, .. itsChunk, .. itsChunk]);

        static byte[] Length(int length) =>
            length < 0x80 ? [(byte)length] : [(byte)(length | 0x80), (byte)(length >> 7)];
    }

    /// <summary>Magic number, version, two entries (series, from, to), checksum.</summary>
    static byte[] Tombstones()
    {
        byte[] file = [0x01, 0x30, 0xBA, 0x30, 1, 3, 0x80, 0x10, 0x80, 0x20, 4, 0, 8, 0, 0, 0, 0];
        TsdbSeal.Block(file, 5, file.Length - 9);
        return file;
    }

    static void ReadCsv(byte[] bytes)
    {
        foreach (char separator in ",;")
        {
            var rows = new CsvRows(new StreamReader(new MemoryStream(bytes), Encoding.UTF8), separator);
            try
            {
                while (rows.Read())
                {
                    if (rows.Fields.Count == 0 || rows.Line < 1)
                    {
                        throw new InvalidOperationException("A row has no fields or no line.");
                    }
                }
            }
            catch (InvalidDataException)
            {
                // The one thing it may do.
            }
        }
    }

    static void ReadIndex(byte[] bytes, SampleBatch batch)
    {
        try
        {
            batch.Clear();
            var index = TsdbIndex.Open(bytes);
            for (int i = 0; index.Read(batch); i++)
            {
                _ = index.Chunks.Count + index.Progress;
                if (i > bytes.Length / 16)
                {
                    throw new InvalidOperationException("It holds more series than it has bytes for.");
                }
            }

            Check(batch);
        }
        catch (InvalidDataException)
        {
            // The one thing it may do.
        }
    }

    static void ReadTombstones(byte[] bytes)
    {
        try
        {
            _ = TsdbTombstones.Read(bytes).Of(3).Count;
        }
        catch (InvalidDataException)
        {
            // The one thing it may do.
        }
    }

    static void Check(SampleBatch batch)
    {
        foreach (ref readonly var series in batch.Series)
        {
            _ = LabelSet.FromKey(batch.KeyOf(series));
        }
    }
}
