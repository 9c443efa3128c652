using System.Globalization;
using System.Text;
using Presage.Api;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Values as text: the shortest digits that read back, as the platform finds them.</summary>
public sealed class SampleTextTests
{
    [Fact]
    public void Random_numbers_read_back_and_are_as_short_as_the_platform_writes_them()
    {
        var random = new Random(1);
        for (int i = 0; i < 200_000; i++)
        {
            Check(BitConverter.Int64BitsToDouble(random.NextInt64()));
            Check(Math.Round(random.NextDouble() * 1e6, random.Next(12)));
            Check(random.Next());
        }
    }

    [Fact]
    public void Powers_and_their_neighbours_read_back()
    {
        for (int exponent = -1074; exponent <= 1023; exponent++)
        {
            double power = Math.ScaleB(1, exponent);
            Check(power);
            Check(Math.BitDecrement(power));
            Check(Math.BitIncrement(power));
        }

        for (int exponent = -323; exponent <= 308; exponent++)
        {
            Check(double.Parse($"1e{exponent}", CultureInfo.InvariantCulture));
            Check(double.Parse($"9.5e{exponent - 1}", CultureInfo.InvariantCulture));
        }

        Check(double.Epsilon);
        Check(double.MaxValue);
        Check(9007199254740993);
    }

    static void Check(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[SampleText.LengthMax];
        string text = Encoding.ASCII.GetString(buffer[..SampleText.Write(buffer, value)]);
        Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
        Assert.Equal(Digits(value.ToString("R", CultureInfo.InvariantCulture)), Digits(text));
    }

    /// <summary>The digits that count, without sign, point, exponent and the zeros around them.</summary>
    static string Digits(string text)
    {
        int exponent = text.AsSpan().IndexOfAny('e', 'E');
        return string.Concat((exponent < 0 ? text : text[..exponent]).Where(char.IsAsciiDigit)).Trim('0');
    }
}
