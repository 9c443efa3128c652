using System.Buffers;
using System.IO.Hashing;
using System.Text;
using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// The hash of labels that Prometheus has, so that samples of series (<c>limit_ratio</c>) are the same ones: XXH64 of
/// names and values, each behind its length (one byte, or 255 and three bytes).
/// </summary>
static class LabelHash
{
    const int ShortMax = 254;

    public static ulong Of(LabelSet labels)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        foreach (ref readonly var label in labels.Labels)
        {
            Write(bytes, label.Name);
            Write(bytes, label.Value);
        }

        return XxHash64.HashToUInt64(bytes.WrittenSpan);
    }

    static void Write(ArrayBufferWriter<byte> bytes, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        var span = bytes.GetSpan(length + 4);
        int at = 0;
        if (length <= ShortMax)
        {
            span[at++] = (byte)length;
        }
        else
        {
            span[at++] = byte.MaxValue;
            span[at++] = (byte)length;
            span[at++] = (byte)(length >> 8);
            span[at++] = (byte)(length >> 16);
        }

        bytes.Advance(at + Encoding.UTF8.GetBytes(text, span[at..]));
    }
}
