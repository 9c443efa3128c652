namespace Presage.Watching;

/// <summary>
/// How alike two anomalies are: the cosine of the angle between what took part in each, 1 for the same vital signs in
/// the same proportions, 0 where they share none.
/// </summary>
static class CauseLikeness
{
    /// <summary>From here on two anomalies are called alike.</summary>
    public const double Alike = 0.8;

    /// <summary>Beyond this much evidence more of it says nothing of the kind.</summary>
    const double StrengthMax = 12;

    /// <summary>What took part, by key; of an anomaly of one vital sign that sign alone.</summary>
    public static IReadOnlyDictionary<string, double> Of(string key, IReadOnlyList<AnomalyCause> causes)
    {
        // A host that is unlike its twins in a vital sign is another thing than one that is unlike itself.
        return key switch
        {
            AnomalyLog.HostKey => Of(causes),
            AnomalyLog.TwinsKey => Of(causes).ToDictionary(
                static part => $"{AnomalyLog.TwinsKey} {part.Key}", static part => part.Value),
            _ => new Dictionary<string, double> { [key] = 1 },
        };
    }

    public static IReadOnlyDictionary<string, double> Of(IReadOnlyList<AnomalyCause> causes)
    {
        var parts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var cause in causes)
        {
            parts[cause.Key] = Math.Clamp(cause.Strength, 0, StrengthMax);
        }

        return parts;
    }

    public static double Between(IReadOnlyDictionary<string, double> a, IReadOnlyDictionary<string, double> b)
    {
        double product = 0, squaresA = 0, squaresB = 0;
        foreach (var (key, strength) in a)
        {
            product += strength * b.GetValueOrDefault(key);
            squaresA += strength * strength;
        }

        foreach (double strength in b.Values)
        {
            squaresB += strength * strength;
        }

        return squaresA > 0 && squaresB > 0 ? product / Math.Sqrt(squaresA * squaresB) : 0;
    }
}
