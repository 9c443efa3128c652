using Presage.Cli;
using Xunit;

namespace Presage.Tests.Cli;

public sealed class RefusedAnswerTests
{
    [Theory]
    [InlineData(
        """{"title":"Not signed in","status":401,"detail":"It is unknown.","field":null,"fix":"Make a new one."}""",
        "It is unknown. Make a new one. (status 401)")]
    [InlineData("""{"title":"Bad value","detail":"It is too long.","field":"name"}""",
        "It is too long. (field name) (status 401)")]
    [InlineData("", "it answered 401 without saying why.")]
    [InlineData("<html>proxy</html>\n", "it answered 401: <html>proxy</html>")]
    [InlineData("{ not JSON", "it answered 401: { not JSON")]
    [InlineData("{\"message\":\"other\"}", "it answered 401: {\"message\":\"other\"}")]
    public void A_problem_is_told_as_sentences_and_anything_else_as_it_is(string text, string sentence) =>
        Assert.Equal(sentence, RefusedAnswer.Of(401, text));

    [Fact]
    public void A_long_page_is_cut() => Assert.InRange(RefusedAnswer.Of(502, new string('x', 10_000)).Length, 300, 330);
}
