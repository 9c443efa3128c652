using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Writes the Prometheus text format 0.0.4 (<see cref="ContentType"/>). Order: <see cref="BeginFamily"/>, then its
/// samples; a family stands once. Names outside the classic character set are quoted within the braces, as Prometheus 3
/// reads them.
/// </summary>
public sealed class ExpositionWriter(IBufferWriter<byte> output)
{
    /// <summary>The media type of what is written.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// Starts a family: HELP (left out when empty) and TYPE (counter, gauge, histogram, summary, untyped).
    /// </summary>
    public void BeginFamily(string name, string type, string help)
    {
        if (help.Length > 0)
        {
            string escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n",
                StringComparison.Ordinal);
            Append($"# HELP {name} {escaped}\n");
        }

        Append($"# TYPE {name} {type}\n");
    }

    /// <summary>Writes a sample; without a timestamp the reader takes the time of reading.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<Label> labels)
    {
        AppendSeries(name, labels);
        AppendValue(value);
        Append("\n");
    }

    /// <summary>Writes a sample of a series, with its time in ms since 1970 UTC.</summary>
    public void Sample(LabelSet series, double value, long timestampMs)
    {
        AppendSeries(series.MetricName, series.Labels);
        AppendValue(value);
        Append($" {timestampMs}\n");
    }

    /// <summary>Writes every sample of a batch, families untyped and in the order of their first series.</summary>
    public void Batch(SampleBatch batch)
    {
        var families = new Dictionary<string, List<(LabelSet Labels, int First, int Count)>>();
        foreach (ref readonly var series in batch.Series)
        {
            var labels = LabelSet.FromKey(batch.KeyOf(series));
            if (!families.TryGetValue(labels.MetricName, out var family))
            {
                families.Add(labels.MetricName, family = []);
            }

            family.Add((labels, series.FirstSample, series.SampleCount));
        }

        foreach (var (name, family) in families)
        {
            BeginFamily(name, name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "untyped", "");
            foreach (var (labels, first, count) in family)
            {
                for (int i = first; i < first + count; i++)
                {
                    Sample(labels, batch.Values[i], batch.TimestampsMs[i]);
                }
            }
        }
    }

    void AppendSeries(string name, ReadOnlySpan<Label> labels)
    {
        bool isClassic = IsClassic(name, allowColon: true), first = true;
        Append(isClassic ? name : $"{{\"{Escape(name)}\"");
        foreach (ref readonly var label in labels)
        {
            if (label.Name == LabelNames.MetricName)
            {
                continue;
            }

            string labelName = IsClassic(label.Name, allowColon: false) ? label.Name : $"\"{Escape(label.Name)}\"";
            Append($"{(isClassic && first ? "{" : ",")}{labelName}=\"{Escape(label.Value)}\"");
            first = false;
        }

        Append(isClassic && first ? " " : "} ");
    }

    void AppendValue(double value)
    {
        if (!double.IsFinite(value))
        {
            Append(double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
            return;
        }

        var span = output.GetSpan(32);
        Utf8Formatter.TryFormat(value, span, out int written);
        output.Advance(written);
    }

    void Append(string text)
    {
        int written = Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));
        output.Advance(written);
    }

    static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    static bool IsClassic(string name, bool allowColon)
    {
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (!char.IsAsciiLetter(c) && c != '_' && !(allowColon && c == ':') && !(i > 0 && char.IsAsciiDigit(c)))
            {
                return false;
            }
        }

        return name.Length > 0;
    }
}
