using CsCheck;
using Presage.Detection;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>The line beyond which a change raises an alarm, and the sensitivity that a change needs.</summary>
public sealed class AlarmLineTests
{
    static readonly Gen<double> Rates = Gen.Double[-6.5, 4.5].Select(Math.Exp);

    [Fact]
    public void A_change_raises_alarms_from_the_sensitivity_on_that_it_is_given() =>
        Gen.Select(Rates, Gen.Double[0, 9].Array[0, 200], Gen.Double[3.01, 8]).Sample((perWeek, maxima, change) =>
        {
            // Each row is a quarter of a day: its change is that quarter's maximum.
            var line = new AlarmLine(21_600, Sensitivity.Standard);
            Array.ForEach(maxima, line.Learn);

            double least = line.RateOf(change);

            Assert.InRange(least, 1e-4, 1_000);
            line.Allow(perWeek);
            if (perWeek > least * 1.02)
            {
                Assert.True(change >= line.Line, $"{change} at {perWeek}, line {line.Line}, told {least}");
            }
            else if (perWeek < least / 1.02)
            {
                Assert.True(change < line.Line, $"{change} at {perWeek}, line {line.Line}, told {least}");
            }
        }, iter: 2_000);
}
