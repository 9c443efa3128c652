using Presage.Detection;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>Simulated hosts on which nothing is wrong: how often do the detectors cry, at each sensitivity?</summary>
public sealed class NormalFleetTests(ITestOutputHelper output)
{
    const int StepSeconds = 300;
    const int RowsPerWeek = 7 * 86_400 / StepSeconds;
    const int HistoryWeeks = 4;
    const int Weeks = 8;
    const int Hosts = 5;

    static readonly NormalKind[] Kinds = [.. Enum.GetValues<NormalKind>(), .. Enum.GetValues<NormalKind>()];

    [Theory]
    [InlineData(Sensitivity.Low, 0.03)]
    [InlineData(Sensitivity.Standard, 0.1)]
    [InlineData(Sensitivity.High, 0.5)]
    [InlineData(Sensitivity.Highest, 1.0)]
    public void Hosts_raise_about_as_many_false_alarms_as_allowed(Sensitivity sensitivity, double allowed)
    {
        int alarms = 0;
        for (ulong host = 1; host <= Hosts; host++)
        {
            alarms += Alarms(host, sensitivity);
        }

        double perWeek = alarms / (double)(Hosts * Weeks);
        output.WriteLine($"{sensitivity}: {alarms} alarms, {perWeek:0.000} per host and week, {allowed} allowed");

        // Counts of a few are chance: two standard deviations of a Poisson count on top of the factor of 2. Simulated
        // tails end sooner than real ones: at the rare rates these fleets are quieter than allowed.
        double most = 2 * allowed * Hosts * Weeks;
        Assert.InRange(alarms, 0, most + (2 * Math.Sqrt(most)));
        double least = allowed < 0.5 ? 0 : allowed * Hosts * Weeks / 2;
        Assert.True(alarms >= least - (2 * Math.Sqrt(least)));
    }

    static int Alarms(ulong host, Sensitivity sensitivity)
    {
        int metrics = Kinds.Length, rows = (HistoryWeeks + Weeks) * RowsPerWeek;
        double[] values = new double[rows * metrics];
        for (int j = 0; j < metrics; j++)
        {
            var signal = new NormalSignal(Kinds[j], (host * 100) + (ulong)j, StepSeconds);
            for (int t = 0; t < rows; t++)
            {
                values[(t * metrics) + j] = signal.At(t * (double)StepSeconds);
            }
        }

        int known = HistoryWeeks * RowsPerWeek * metrics;
        var detector = HostDetector.Learn(values.AsSpan(0, known), metrics, StepSeconds, sensitivity);
        int alarms = 0, quiet = int.MaxValue;
        for (int at = known; at < values.Length; at += metrics)
        {
            bool isAlert = detector.Feed(values.AsSpan(at, metrics)).IsAlert;
            alarms += isAlert && quiet >= 3_600 / StepSeconds ? 1 : 0;
            quiet = isAlert ? 0 : Math.Min(quiet, 1_000_000) + 1;
        }

        return alarms;
    }
}
