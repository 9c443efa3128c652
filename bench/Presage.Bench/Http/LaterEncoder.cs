using System.Text;
using Presage.Metrics;
using Snappier;

namespace Presage.Bench;

/// <summary>
/// Writes a batch as a remote write 2.0 body, as Prometheus 3 does: each text once, in the order of its first use, and
/// with each series its type.
/// </summary>
sealed class LaterEncoder
{
    readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    readonly List<byte> _symbols = [];
    readonly List<byte> _series = [];
    readonly List<byte> _one = [];
    readonly List<byte> _refs = [];

    public byte[] Encode(SampleBatch batch)
    {
        _numbers.Clear();
        _symbols.Clear();
        _series.Clear();
        NumberOf("");
        foreach (ref readonly var series in batch.Series)
        {
            _one.Clear();
            _refs.Clear();
            var reader = new SeriesKeyReader(batch.KeyOf(series));
            while (reader.Read(out var name, out var value))
            {
                Varint(_refs, (ulong)NumberOf(Encoding.UTF8.GetString(name)));
                Varint(_refs, (ulong)NumberOf(Encoding.UTF8.GetString(value)));
            }

            Field(_one, 0x0A, _refs);
            for (int i = series.FirstSample; i < series.FirstSample + series.SampleCount; i++)
            {
                _refs.Clear();
                _refs.Add(0x09);
                _refs.AddRange(BitConverter.GetBytes(batch.Values[i]));
                _refs.Add(0x10);
                Varint(_refs, (ulong)batch.TimestampsMs[i]);
                Field(_one, 0x12, _refs);
            }

            _one.AddRange([0x2A, 2, 0x08, 2]);
            Field(_series, 0x2A, _one);
        }

        return Snappy.CompressToArray([.. _symbols, .. _series]);
    }

    int NumberOf(string text)
    {
        if (!_numbers.TryGetValue(text, out int number))
        {
            number = _numbers.Count;
            _numbers.Add(text, number);
            Field(_symbols, 0x22, [.. Encoding.UTF8.GetBytes(text)]);
        }

        return number;
    }

    static void Field(List<byte> to, byte tag, List<byte> content)
    {
        to.Add(tag);
        Varint(to, (ulong)content.Count);
        to.AddRange(content);
    }

    static void Varint(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.Add((byte)(value | 0x80));
        }

        to.Add((byte)value);
    }
}
