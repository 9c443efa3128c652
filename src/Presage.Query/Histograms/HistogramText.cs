using System.Text;
using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>A native histogram as Prometheus writes it: <c>{count:4, sum:5, (0.5,1]:1, (1,2]:3}</c>.</summary>
static class HistogramText
{
    public static string Of(NativeHistogram h)
    {
        var text = new StringBuilder("{count:").Append(Numbers.FormatShort(h.Count))
            .Append(", sum:").Append(Numbers.FormatShort(h.Sum));
        foreach (var bucket in HistogramBucket.AllOf(h))
        {
            bool zero = !h.IsCustom && bucket.Lower <= 0 && bucket.Upper >= 0;
            bool negative = !h.IsCustom && bucket.Upper < 0;
            text.Append(", ").Append(zero || negative ? '[' : '(').Append(Numbers.FormatShort(bucket.Lower))
                .Append(',').Append(Numbers.FormatShort(bucket.Upper)).Append(negative ? ')' : ']')
                .Append(':').Append(Numbers.FormatShort(bucket.Count));
        }

        return text.Append('}').ToString();
    }
}
