using Presage.Alerting.Rules;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Alerting;

public sealed class SentenceTests
{
    const char N = '\u00A0';

    static readonly LabelSet Web1 = LabelSet.Of(new Label("host", "web1"));

    static AlertRule Stock(string id) => StockRules.All.First(rule => rule.Id == id);

    [Fact]
    public void Says_what_is_wrong_with_value_duration_and_threshold()
    {
        string text = Sentences.Firing(Stock("cpu-saturated"), Web1, 0.9876, TimeSpan.FromMinutes(5));
        Assert.Equal($"web1: CPU is 98.8{N}% busy for 5{N}min; threshold 95{N}%.", text);
    }

    [Fact]
    public void Leaves_a_duration_out_that_has_not_begun()
    {
        string text = Sentences.Firing(Stock("cpu-saturated"), Web1, 0.9876, TimeSpan.Zero);
        Assert.Equal($"web1: CPU is 98.8{N}% busy; threshold 95{N}%.", text);
    }

    [Fact]
    public void Names_the_mount_point_and_several_of_them()
    {
        var rule = Stock("filesystem-nearly-full");
        var root = Web1.With("mountpoint", "/");
        var var = Web1.With("mountpoint", "/var");
        Assert.Equal(
            $"web1: 2 file systems are nearly full: / 96{N}%, /var 99{N}%; threshold 95{N}%.",
            Sentences.FiringMany(rule, "web1", [(root, 0.96), (var, 0.99)], TimeSpan.FromMinutes(1)));
        Assert.Contains("file system /var", Sentences.Firing(rule, var, 0.99, TimeSpan.FromMinutes(1)), default);
    }

    [Fact]
    public void Says_that_an_alert_ended_for_want_of_data()
    {
        string text = Sentences.Resolved(
            Stock("cpu-saturated"), Web1, 0.99, TimeSpan.FromMinutes(12), EndReason.NoData);
        Assert.Equal($"web1: CPU saturated ended after 12{N}min without a value: none for 5{N}min.", text);
    }

    [Theory]
    [InlineData(0.9876, "ratio", "98.8 %")]
    [InlineData(1, "ratio", "100 %")]
    [InlineData(12345678, "bytes/s", "11.8 MiB/s")]
    [InlineData(512, "bytes", "512 B")]
    [InlineData(0.0246, "seconds", "24.6 ms")]
    [InlineData(23345, "count", "23.3 k")]
    [InlineData(3.02, "count", "3")]
    [InlineData(-3.5, "celsius", "−3.5 °C")]
    [InlineData(double.NaN, "ratio", "no value")]
    [InlineData(0, "", "0")]
    public void Numbers_have_three_digits_and_a_unit(double value, string unit, string expected) =>
        Assert.Equal(expected, NumberText.Format(value, unit).Replace(N, ' '));

    [Theory]
    [InlineData(45, "45 s")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(2280, "38 min")]
    [InlineData(3780, "1 h 3 min")]
    [InlineData(410400, "4 d 18 h")]
    public void Durations_have_two_parts_at_most(int seconds, string expected) =>
        Assert.Equal(expected, NumberText.Duration(TimeSpan.FromSeconds(seconds)).Replace(N, ' '));

    [Fact]
    public void Stock_rules_are_whole()
    {
        Assert.Equal(StockRules.All.Count, StockRules.All.Select(static rule => rule.Id).Distinct().Count());
        Assert.All(StockRules.All, static rule =>
        {
            Assert.Matches("^[a-z0-9-]+$", rule.Id);
            Assert.True(rule.IsStillBad(rule.Threshold) || !rule.IsBad(rule.ClearThreshold));
            string text = Sentences.Firing(rule, Web1, rule.Threshold, rule.For);
            Assert.StartsWith("web1: ", text);
            Assert.DoesNotContain("{", text);
        });
    }

    [Fact]
    public void Every_vital_of_a_stock_rule_is_in_the_catalogue()
    {
        var ids = Presage.Metrics.Vitals.VitalCatalogue.Default.Vitals.Select(static vital => vital.Id).ToHashSet();
        Assert.All(
            StockRules.All.Where(static rule => rule.Vital is not null), rule => Assert.Contains(rule.Vital!, ids));
    }
}
