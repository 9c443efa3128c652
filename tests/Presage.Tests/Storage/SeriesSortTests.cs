using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class SeriesSortTests
{
    /// <summary>Letters that meet every case of the order: zeros, ends, several bytes, surrogates.</summary>
    static readonly string[] Letters = ["a", "b", "\0", "\u0001", "ä", "\uFFFD", "😀", "abcdefgh", "_", "Z"];

    static readonly Gen<string> Texts =
        Gen.Int[0, Letters.Length - 1].Array[0, 4].Select(letters => string.Concat(letters.Select(l => Letters[l])));

    static readonly Gen<LabelSet> Sets = Gen.Select(Texts, Texts).Array[0, 4].Select(static labels => LabelSet.Of(
        [.. labels.DistinctBy(static l => l.Item1).Where(static l => l.Item1.Length > 0)
            .Select(static l => new Label(l.Item1, l.Item2))]));

    [Fact]
    public void Series_come_in_the_order_of_their_label_sets() => Sets.Array[0, 60].Sample(sets =>
    {
        LabelSet[] different = [.. sets.Distinct()];
        StoredSeries[] series = [.. different.Select(static s => new StoredSeries(null!, IdentityOf(s)))];
        SeriesSort.ByLabels(series);
        Assert.Equal(different.Order(), series.Select(static s => s.Labels));
    });

    [Fact]
    public void Many_long_and_alike_ones_too()
    {
        LabelSet[] sets =
        [
            .. Enumerable.Range(0, 5000).Select(static i => LabelSet.OfMetric(
                "node_filesystem_avail_bytes", new Label("instance", $"server-{i % 70:D4}:9100"),
                new Label("mountpoint", new string('/', i)))),
        ];
        StoredSeries[] series = [.. sets.Reverse().Select(static s => new StoredSeries(null!, IdentityOf(s)))];
        SeriesSort.ByLabels(series);
        Assert.Equal(sets.Order(), series.Select(static s => s.Labels));
    }

    [Fact]
    public void A_cache_of_identities_gives_equal_ones_and_stays_within_its_places()
    {
        var cache = new IdentityCache(8);
        for (int i = 0; i < 300; i++)
        {
            var labels = LabelSet.OfMetric("up", new Label("instance", $"{i % 50}"));
            byte[] key = labels.ToKey();
            Assert.Equal(labels, cache.Get(7, key).Labels);
            Assert.True(cache.Get(7, key).Key.SequenceEqual(key));
            Assert.Same(cache.Get(7, key), cache.Get(7, key));
        }
    }

    static SeriesIdentity IdentityOf(LabelSet labels)
    {
        byte[] key = labels.ToKey();
        return new SeriesIdentity(SeriesKey.Hash(key), key, labels);
    }
}
