using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// Makes the canonical keys of collected series: the metric, its labels, and what all series of this machine carry
/// (<c>instance</c>, <c>job</c> and the operator's own labels). Collectors keep the keys: making one allocates.
/// </summary>
public sealed class SeriesKeys
{
    readonly Label[] _common;

    /// <param name="instance">The host's name.</param>
    /// <param name="extra">The operator's labels; one named instance or job replaces the own one.</param>
    public SeriesKeys(string instance, IReadOnlyList<Label> extra)
    {
        var common = new List<Label>(extra);
        AddUnlessGiven(common, LabelNames.Instance, instance);
        AddUnlessGiven(common, LabelNames.Job, "node");
        _common = [.. common];
    }

    /// <summary>
    /// The key of a series. A label of the metric wins over one of the operator's with the same name.
    /// </summary>
    public byte[] Key(string metric, params ReadOnlySpan<Label> labels)
    {
        var all = new List<Label>(labels.Length + _common.Length + 1) { new(LabelNames.MetricName, metric) };
        all.AddRange(labels);
        foreach (var label in _common)
        {
            if (!all.Exists(known => known.Name == label.Name))
            {
                all.Add(label);
            }
        }

        return LabelSet.Of([.. all]).ToKey();
    }

    static void AddUnlessGiven(List<Label> labels, string name, string value)
    {
        if (!labels.Exists(label => label.Name == name))
        {
            labels.Add(new Label(name, value));
        }
    }
}
