using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>
/// An anomaly a model found, in words: "Model load-forecast: node_load1 is 8.2, expected 1.1–2.3, since 14:02."
/// </summary>
static class ModelSentence
{
    public static string Of(ModelContract contract, WatchedSeries series, bool isOpen)
    {
        var anomaly = series.Judged.Anomaly;
        string when = isOpen
            ? $"since {SentenceTimes.Of(anomaly.StartMs)}"
            : $"from {SentenceTimes.Of(anomaly.StartMs)} " +
              $"to {SentenceTimes.Of(anomaly.EndMs)}";
        string value = Number(anomaly.PeakValue);
        string verb = isOpen ? "is" : "was";
        string subject = $"Model {contract.Name}: {series.Name}";
        if (!double.IsNaN(anomaly.Lower))
        {
            var (seen, range) = Quantity.FormatBeside(anomaly.PeakValue, anomaly.Lower, anomaly.Upper, "", "");
            return $"{subject} {verb} {seen}, expected {range}, {when}.";
        }

        double score = Shown(contract, series.Judged.PeakRaw), usual = Shown(contract, series.Judged.UsualRaw);
        string most = contract.Odd == OddEnd.High ? "at most" : "at least";
        return $"{subject} {verb} odd, its score {Number(score)}, usually {most} {Number(usual)}, {when}; " +
            $"the value {verb} {value}.";
    }

    /// <summary>
    /// The sentence of one that ran when the server stopped, told as over: its model may not be there any more to tell
    /// it anew.
    /// </summary>
    public static string Ended(string running, long endMs)
    {
        int since = running.LastIndexOf(", since ", StringComparison.Ordinal);
        int verb = since < 0 ? -1 : running.LastIndexOf(" is ", since, StringComparison.Ordinal);
        int until = since < 0 ? -1 : running.IndexOfAny(['.', ';'], since);
        if (verb < 0 || until < 0)
        {
            return running;
        }

        string start = running[(since + ", since ".Length)..until];
        string rest = running[until..].Replace("the value is ", "the value was ", StringComparison.Ordinal);
        return $"{running[..verb]} was {running[(verb + " is ".Length)..since]}, from {start} to "
            + SentenceTimes.Of(endMs) + rest;
    }

    /// <summary>A score as the model gives it: where low ones are odd they are judged with the other sign.</summary>
    public static double Shown(ModelContract contract, double raw) =>
        contract is { Output: ModelOutput.Score, Odd: OddEnd.Low } ? -raw : raw;

    static string Number(double value) => Quantity.Format(value, "", "");
}
