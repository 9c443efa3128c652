using Presage.Detection;
using Presage.Metrics.Vitals;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

public sealed class WordsTests
{
    /// <summary>2026-11-22 14:02 UTC.</summary>
    const long AtMs = WatchedServer.StartMs + (122 * 60_000);

    [Theory]
    [InlineData(0.978, "ratio", "cpu", "97.8 %")]
    [InlineData(1, "ratio", "cpu", "100 %")]
    [InlineData(0, "ratio", "cpu", "0 %")]
    [InlineData(0.0246, "seconds", "disk", "24.6 ms")]
    [InlineData(0.0000012, "seconds", "disk", "1.2 µs")]
    [InlineData(2.5, "seconds", "disk", "2.5 s")]
    [InlineData(428867584, "bytes/s", "disk", "409 MiB/s")]
    [InlineData(163750000, "bytes/s", "network", "1.31 Gbit/s")]
    [InlineData(100, "bytes/s", "network", "800 bit/s")]
    [InlineData(1073741824, "bytes", "memory", "1 GiB")]
    [InlineData(1073741823, "bytes", "memory", "1 GiB")]
    [InlineData(23300, "count", "system", "23.3 k")]
    [InlineData(1940000, "1/s", "system", "1.94 M/s")]
    [InlineData(-4.25, "celsius", "system", "−4.25 °C")]
    [InlineData(3, "tasks", "cpu", "3 tasks")]
    [InlineData(1, "tasks", "cpu", "1 task")]
    [InlineData(7, "count", "disk", "7")]
    public void Values_have_three_digits_and_their_unit(double value, string unit, string family, string text) =>
        Assert.Equal(text.Replace(' ', '\u00A0'), Quantity.Format(value, unit, family));

    [Theory]
    [InlineData(0.0012, 0.0034, "seconds", "1.2–3.4 ms")]
    [InlineData(0.01, 0.01, "ratio", "1 %")]
    [InlineData(0, 0.042, "ratio", "0–4.2 %")]
    public void Ranges_name_the_unit_once(double lower, double upper, string unit, string text) =>
        Assert.Equal(text.Replace(' ', '\u00A0'), Quantity.FormatRange(lower, upper, unit, "disk"));

    [Theory]
    [InlineData(1.2034e9, 1.1991e9, 1.2003e9, "", "1.2034 G", "1.1991–1.2003 G")]
    [InlineData(0.974, 0.02, 0.04, "ratio", "97.4 %", "2–4 %")]
    [InlineData(0.03, 0.0012, 0.0034, "seconds", "30 ms", "1.2–3.4 ms")]
    [InlineData(1.2, 1.2, 1.2, "", "1.2", "1.2")]
    [InlineData(5000.0000001, 4000, 5000, "", "5,000", "4,000–5,000")]
    [InlineData(5.46, 3.01, 5.45, "", "5.46", "3.01–5.45")]
    [InlineData(5.6, 3.01, 5.45, "", "5.6", "3–5.5")]
    [InlineData(99.99, 100, 100.5, "", "99.990", "100.000–100.500")]
    public void A_value_close_to_its_range_has_the_digits_that_tell_them_apart(
        double value, double lower, double upper, string unit, string seen, string usual) =>
        Assert.Equal(
            (seen.Replace(' ', '\u00A0'), usual.Replace(' ', '\u00A0')),
            Quantity.FormatBeside(value, lower, upper, unit, "disk"));

    [Theory]
    [InlineData(0.5, "usual")]
    [InlineData(0.99, "1 in 17 minutes")]
    [InlineData(0.999, "1 in 3 hours")]
    [InlineData(0.99999, "1 in 12 days")]
    [InlineData(0.9999995, "1 in 8 months")]
    [InlineData(0.9999999, "1 in 3 years")]
    [InlineData(1, "less than 1 in 10 years")]
    public void A_score_reads_as_a_rarity(double score, string text) => Assert.Equal(text, RarityText.Of(score));

    [Fact]
    public void An_anomaly_reads_as_the_design_says()
    {
        var latency = VitalCatalogue.Default.Find("disk_write_latency")!;
        var anomaly = new Anomaly
        {
            StartMs = AtMs,
            EndMs = AtMs + 60_000,
            PeakMs = AtMs + 30_000,
            PeakValue = 0.03,
            Lower = 0.0012,
            Upper = 0.0034,
            IsAbove = true,
        };

        Assert.Equal(
            "Write latency on sda is 24.6 ms, usually 1.2–3.4 ms. It jumped at 14:02 and has stayed.",
            Say(latency, "sda", 0.0246, anomaly, isOpen: true));
        Assert.Equal(
            "Write latency on sda was 30 ms at 14:02, usually 1.2–3.4 ms.",
            Say(latency, "sda", 0.002, anomaly, isOpen: true));
        Assert.Equal(
            "Write latency on sda was 30 ms at 14:02, usually 1.2–3.4 ms. It lasted from 14:02 to 14:03.",
            Say(latency, "sda", 0.002, anomaly, isOpen: false));
        Assert.Equal(
            "Write latency on sda was 30 ms at 14:02, usually 1.2–3.4 ms.",
            Say(latency, "sda", 0.002, anomaly with { EndMs = AtMs + 45_000 }, isOpen: false));
        Assert.Equal(
            "Write latency on sda is 24.6 ms, usually 1.2–3.4 ms. It has been rising slowly since Sun 22 Nov 14:02.",
            Say(latency, "sda", 0.0246, anomaly with { IsSlow = true }, isOpen: true, nowMs: AtMs + 86_400_000));
        Assert.Equal(
            "Processes are 40, usually 200–210. They fell at 22 Nov 2026 and have stayed.",
            Say(
                VitalCatalogue.Default.Find("processes")!,
                null,
                40,
                anomaly with { Lower = 200, Upper = 210, IsAbove = false },
                isOpen: true,
                nowMs: AtMs + (60 * 86_400_000L)));
    }

    [Fact]
    public void A_sentence_is_kept_with_its_times_and_read_in_any_zone()
    {
        string kept = $"CPU use is 97 %, since {SentenceTimes.Of(AtMs)}; over at {SentenceTimes.Of(AtMs + 60_000)}.";
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var newfoundland = TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns");
        Assert.Equal("CPU use is 97 %, since 14:02; over at 14:03.", Read(TimeZoneInfo.Utc, false));
        Assert.Equal("CPU use is 97 %, since 15:02; over at 15:03.", Read(berlin, false));
        Assert.Equal("CPU use is 97 %, since 15:02; over at 15:03 UTC+1.", Read(berlin, true));
        Assert.Equal("CPU use is 97 %, since 10:32; over at 10:33 UTC-3:30.", Read(newfoundland, true));
        Assert.Equal("UTC+2", SentenceTimes.NameOf(berlin, AtMs - (120 * 86_400_000L)));
        string[] others =
            ["", "⟨", "⟩⟨", "⟨web⟩ is 3.", "⟨-1⟩", "⟨99999999999999999999⟩", "⟨9999999999999999⟩"];
        foreach (string other in others)
        {
            Assert.Equal(other, SentenceTimes.Read(other, berlin, AtMs, isZoneNamed: true));
        }

        string Read(TimeZoneInfo zone, bool isZoneNamed) => SentenceTimes.Read(kept, zone, AtMs, isZoneNamed);
    }

    [Fact]
    public void Readings_are_in_the_order_of_the_catalogue()
    {
        var tracks = new HostTracks("web1");
        foreach (string id in (string[])["load", "memory_use", "cpu_use"])
        {
            tracks.Add(new VitalTrack("web1", VitalCatalogue.Default.Find(id)!, null, null));
        }

        var readings = tracks.Readings(long.MinValue + 3_600_000);
        Assert.Equal(["cpu_use", "load", "memory_use"], readings.Select(static reading => reading.Vital.Id));
    }

    [Fact]
    public void Evaluation_follows_the_newest_sample()
    {
        Assert.Null(EvaluationSpan.Next(1_000, 0, 1_800, 1_000));
        Assert.Equal(new EvaluationSpan(1_950, 1_950, 1_000), EvaluationSpan.Next(1_000, 0, 1_950, 1_000));
        Assert.Equal(new EvaluationSpan(1_500, 4_500, 1_000), EvaluationSpan.Next(1_000, 0, 4_500, 1_000));
        Assert.Equal(new EvaluationSpan(3_500, 4_500, 1_000), EvaluationSpan.Next(1_000, 3_000, 4_500, 1_000));
        Assert.Equal(
            new EvaluationSpan(10_000, 20_000, 1_000), EvaluationSpan.Next(long.MinValue, 10_000, 20_000, 1_000));
        Assert.Null(EvaluationSpan.Next(long.MinValue, 0, long.MinValue, 1_000));

        var parts = new EvaluationSpan(0, 9_000_000, 1_000).Parts().ToList();
        Assert.Equal([3_600, 3_600, 1_801], parts.Select(static part => part.Count));
        Assert.Equal(9_000_000, parts[^1].LastMs);
    }

    [Fact]
    public void Cadence_is_the_median_distance()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), CadenceReading.Of([5_000]));
        Assert.Equal(TimeSpan.FromSeconds(15), CadenceReading.Of([0, 15_003, 29_998, 300_000, 315_001]));
        Assert.Equal(TimeSpan.FromSeconds(1), CadenceReading.Of([0, 200, 400]));
    }

    static string Say(
        VitalSign vital, string? per, double value, in Anomaly anomaly, bool isOpen, long nowMs = AtMs + 3_600_000) =>
        SentenceTimes.Read(
                UnusualSentence.Of(vital, per, value, anomaly, anomaly.StartMs, isOpen), TimeZoneInfo.Utc, nowMs)
            .Replace('\u00A0', ' ');
}
