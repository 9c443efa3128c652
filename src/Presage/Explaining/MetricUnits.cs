using Presage.Metrics.Vitals;

namespace Presage.Explaining;

/// <summary>The unit of a series by its name: vital signs by the catalogue, others by how names end.</summary>
static class MetricUnits
{
    const string VitalMetric = "presage_vital";

    /// <summary>One of the catalogue's units, or "none".</summary>
    public static string Of(string metric, bool isRate)
    {
        string name = metric.EndsWith("_total", StringComparison.Ordinal) ? metric[..^6] : metric;
        if (name.EndsWith("_bytes", StringComparison.Ordinal))
        {
            return isRate ? "bytes/s" : "bytes";
        }

        if (name.EndsWith("_seconds", StringComparison.Ordinal))
        {
            // Seconds per second: a share of time.
            return isRate ? "ratio" : "seconds";
        }

        return name.EndsWith("_ratio", StringComparison.Ordinal) && !isRate ? "ratio"
            : name.EndsWith("_celsius", StringComparison.Ordinal) && !isRate ? "celsius"
            : isRate ? "1/s"
            : "none";
    }

    /// <summary>The vital sign whose stored value a series is; null for all others.</summary>
    public static VitalSign? VitalOf(SeriesFinding finding) => finding.Metric == VitalMetric
        ? VitalCatalogue.Default.Find(finding.Source.Labels["vital"])
        : null;

    /// <summary>A value as people read it.</summary>
    public static string Format(double value, string unit, string family) => Quantity.Format(value, unit, family);
}
