using System.Globalization;
using System.Text;

namespace Presage.Api;

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
sealed class ExpositionText
{
    readonly StringBuilder _text = new();

    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Head(name, help, "gauge");
        Line(name, value, labels);
    }

    public void Counter(string name, string help, double value)
    {
        Head(name, help, "counter");
        Line(name, value);
    }

    public void Counters(string name, string help, string label, IReadOnlyDictionary<string, long> values)
    {
        Head(name, help, "counter");
        foreach (var (key, value) in values.OrderBy(static x => x.Key, StringComparer.Ordinal))
        {
            Line(name, value, (label, key));
        }
    }

    public void Counters(string name, string help, IEnumerable<(double Value, string Host, string Label)> hosts)
    {
        Head(name, help, "counter");
        foreach (var (value, host, label) in hosts)
        {
            Line(name, value, ("host", host), ("label", label));
        }
    }

    public void Gauges(string name, string help, string label, IEnumerable<(string Key, double Value)> values)
    {
        Head(name, help, "gauge");
        foreach (var (key, value) in values)
        {
            Line(name, value, (label, key));
        }
    }

    public override string ToString() => _text.ToString();

    void Head(string name, string help, string type) =>
        _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    void Line(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            string escaped = labels[i].Value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            _text.Append(i == 0 ? '{' : ',').Append($"{labels[i].Name}=\"{escaped}\"");
        }

        _text.Append(labels.Length > 0 ? "} " : " ");
        _text.Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
