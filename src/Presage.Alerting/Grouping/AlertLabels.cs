using System.Buffers.Binary;
using System.Security.Cryptography;
using Presage.Alerting.Rules;
using Presage.Metrics;

namespace Presage.Alerting.Grouping;

/// <summary>The labels of an alert as the outside sees them; silences match on the same.</summary>
public static class AlertLabels
{
    /// <summary>
    /// The labels of the instance plus <c>alertname</c> (the rule's name), <c>rule</c> (its id), <c>severity</c> and
    /// <c>host</c>.
    /// </summary>
    public static LabelSet Of(AlertRule rule, LabelSet instance) => Of(rule.Id, rule.Name, rule.Severity, instance);

    /// <summary>The same for an alert read back, whose rule may have changed since.</summary>
    public static LabelSet Of(string ruleId, string ruleName, Severity severity, LabelSet instance) => instance
        .With("alertname", ruleName)
        .With("rule", ruleId)
        .With("severity", severity == Severity.Critical ? "critical" : "warning")
        .With(LabelNames.Host, HostNames.Of(instance));

    /// <summary>16 hexadecimal digits that depend on nothing but the labels.</summary>
    public static string Fingerprint(LabelSet labels)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(labels.ToKey(), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash).ToString("x16");
    }

    /// <summary>The labels by name.</summary>
    public static SortedDictionary<string, string> ToDictionary(LabelSet labels)
    {
        var dictionary = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (ref readonly var label in labels.Labels)
        {
            dictionary[label.Name] = label.Value;
        }

        return dictionary;
    }
}
