using System.Collections;
using System.Net;
using Presage.Api;
using Presage.Configuration;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

public sealed class ConfigurationTests : IDisposable
{
    static readonly Dictionary<string, string> NoFlags = [];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presage-config-");

    public static TheoryData<string> Rejected() => [.. Directory
        .EnumerateFiles(
            Path.Combine(Tidy.Repository.Root, "tests/Presage.Tests/Server/rejected-configuration"), "*.yaml")
        .Select(Path.GetFileName).Order().OfType<string>()];

    /// <summary>Each file starts with the messages it must be refused with, one a comment line.</summary>
    [Theory]
    [MemberData(nameof(Rejected))]
    public void Mistakes_are_told_with_place_key_value_and_form(string file)
    {
        string path = Path.Combine(Tidy.Repository.Root, "tests/Presage.Tests/Server/rejected-configuration", file);
        var expected = File.ReadLines(path)
            .TakeWhile(static l => l.StartsWith("# ", StringComparison.Ordinal)).Select(static l => l[2..]);

        var refusal =
            Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(path, new Hashtable(), NoFlags));

        string folder = Path.GetDirectoryName(path) + Path.DirectorySeparatorChar;
        Assert.Equal(string.Join('\n', expected), refusal.Message.Replace(folder, "", StringComparison.Ordinal));
    }

    [Fact]
    public void Retention_rules_are_a_list_and_take_what_they_leave_out_from_the_keys()
    {
        string file = Write(
            "storage:\n  retention_5m: 20d\n  retention_rules:\n" +
            "    - '{job=\"dev\"} raw=1d 1h=0s'\n    - '{env=~\"a|b\"} 5m=5d'\n");

        var rules = ConfigurationReader.Read(file, new Hashtable(), NoFlags).FilledRetentionRules;

        Assert.Equal(["job=\"dev\"", "env=~\"a|b\""], rules.Select(static r => $"{r.Matchers[0]}"));
        Assert.Equal((1, 20, 0), Days(rules[0].Times));
        Assert.Equal((15, 5, 730), Days(rules[1].Times));

        static (int, int, int) Days(RetentionTimes times) =>
            (times.Raw.Days, times.FiveMinutes.Days, times.OneHour.Days);
    }

    [Fact]
    public void Flags_win_over_the_environment_and_that_over_the_file()
    {
        string file = Write("listen: 127.0.0.1:1\nstorage:\n  retention: 3d\nauth: none\ncollection:\n");

        var options = ConfigurationReader.Read(
            file,
            new Hashtable { ["PRESAGE_LISTEN"] = "127.0.0.1:2", ["PRESAGE_STORAGE_RETENTION"] = "4d", ["HOME"] =
                "/root" },
            new Dictionary<string, string> { ["listen"] = "127.0.0.1:3" });

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 3), options.Listen);
        Assert.Equal(TimeSpan.FromDays(4), options.StorageRetention);
        Assert.Equal(AuthenticationMode.None, options.Auth);
        File.Delete(file);
    }

    [Fact]
    public void Paths_of_the_file_are_relative_to_it()
    {
        string file = Write("data: state/of/it\n");

        Assert.Equal(
            Path.Combine(Path.GetDirectoryName(file)!, "state/of/it"),
            ConfigurationReader.Read(file, new Hashtable(), NoFlags).Data);
        File.Delete(file);
    }

    [Fact]
    public void Unknown_variables_of_the_environment_are_told()
    {
        string file = Write("");

        var refusal = Assert.Throws<ConfigurationException>(
            () => ConfigurationReader.Read(file, new Hashtable { ["PRESAGE_LISTN"] = "x" }, NoFlags));

        Assert.Equal(
            "environment: unknown variable PRESAGE_LISTN; the nearest valid one is PRESAGE_LISTEN.", refusal.Message);
        File.Delete(file);
    }

    [Fact]
    public void A_file_that_is_named_must_exist()
    {
        var refusal = Assert.Throws<ConfigurationException>(
            () => ConfigurationReader.Read("no/such/presage.yaml", new Hashtable(), NoFlags));

        Assert.Contains("no/such/presage.yaml: cannot be read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_in_the_list_of_keys_are_the_defaults_of_the_options()
    {
        var named = new PresageOptions();
        foreach (var key in ConfigurationKeys.All.Where(static k => k.Default.Length > 0))
        {
            Assert.True(key.TrySet(named, key.Default), key.Key);
        }

        var plain = new PresageOptions();
        foreach (var property in typeof(PresageOptions).GetProperties())
        {
            Assert.Equal(property.GetValue(plain), property.GetValue(named));
        }
    }

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("15d", 1296000)]
    [InlineData("2w", 1209600)]
    public void Durations_are_read(string text, double seconds)
    {
        Assert.True(ConfigurationValue.TryDuration(text, out var value));
        Assert.Equal(seconds, value.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("30m1h")]
    [InlineData("1h 30m")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("99999999999d")]
    [InlineData("999999999w999999999d")]
    public void Other_durations_are_refused(string text) => Assert.False(ConfigurationValue.TryDuration(text, out _));

    [Theory]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData(":80", "[::]:80")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("::1:80", null)]
    [InlineData("example.org:80", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.0.0.1:99999", null)]
    public void Addresses_are_read(string text, string? expected) => Assert.Equal(
        expected, ConfigurationValue.TryEndPoint(text, out var value) ? value.ToString() : null);

    [Theory]
    [InlineData("listn", "listen", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distances_count_changed_letters(string a, string b, int distance) =>
        Assert.Equal(distance, Spelling.Distance(a, b));

    public void Dispose() => _folder.Delete(true);

    string Write(string yaml)
    {
        string file = Path.Combine(_folder.FullName, "presage.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }
}
